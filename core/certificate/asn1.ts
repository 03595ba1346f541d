/** The one way in which structures from outside come to the ASN.1 library: bounded, and as DER. Pure. */
import { AsnConvert } from "@peculiar/asn1-schema";
import { toDefiniteDer } from "./definite_der.ts";
import { maxElements } from "./der_bounds.ts";
import { firstElement, tags } from "./der_element.ts";
import { damaged } from "./obstacle.ts";

/** Strings inside are left alone until somebody asks for what they hold. */
const berOptions = { maxNodes: maxElements, parseEmbedded: false };

/**
 * Parses BER or DER as a structure; bytes after it mean nothing.
 *
 * @throws {Obstacle} `damaged`
 */
export function parseAsn1<T>(bytes: Uint8Array | ArrayBuffer, structure: new () => T): T {
  const der = toDefiniteDer(toBytes(bytes));
  try {
    return AsnConvert.parse(der, structure, { berOptions });
  } catch (cause) {
    // The library throws errors of many classes for a structure that is not as it should be.
    throw damaged("its ASN.1 is not what it should be", { cause });
  }
}

/**
 * Returns what the octet string at the start of `bytes` holds.
 *
 * @throws {Obstacle} `damaged`
 */
export function readOctets(bytes: Uint8Array | ArrayBuffer): Uint8Array<ArrayBuffer> {
  const element = firstElement(toDefiniteDer(toBytes(bytes)));
  if (element?.tag !== tags.octetString) throw damaged("its ASN.1 is not what it should be");
  return element.content.slice();
}

function toBytes(bytes: Uint8Array | ArrayBuffer): Uint8Array {
  return bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
}
