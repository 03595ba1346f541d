/** The one way in which structures from outside come to the ASN.1 library: bounded, and as DER. Pure. */
import { AsnConvert } from "@peculiar/asn1-schema";
import { toDefiniteDer } from "./definite_der.ts";
import { maxElements } from "./der_bounds.ts";
import { firstElement, readElements, tags } from "./der_element.ts";
import { damaged } from "./obstacle.ts";

/**
 * Parses BER or DER as a structure; bytes after it mean nothing. Strings inside are left alone until somebody asks for what
 * they hold.
 *
 * @param maxNodes The most elements that it may be made of; reading takes some 50 µs for each
 * @throws {Obstacle} `damaged`
 */
export function parseAsn1<T>(bytes: Uint8Array | ArrayBuffer, structure: new () => T, maxNodes = maxElements): T {
  const der = toDefiniteDer(toBytes(bytes));
  try {
    return AsnConvert.parse(der, structure, { berOptions: { maxNodes, parseEmbedded: false } });
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

/** Counts the parts of the sequence at the start of `bytes`, without reading them. @throws {Obstacle} `damaged` */
export function countParts(bytes: Uint8Array | ArrayBuffer): number {
  const sequence = firstElement(toDefiniteDer(toBytes(bytes)));
  return sequence === undefined ? 0 : [...readElements(sequence.content)].length;
}

function toBytes(bytes: Uint8Array | ArrayBuffer): Uint8Array {
  return bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
}
