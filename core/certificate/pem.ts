/** Certificates and private keys as PEM text (RFC 7468), and back to DER. Pure. */

import { PrivateKeyInfo } from "@peculiar/asn1-pkcs8";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier, SubjectPublicKeyInfo } from "@peculiar/asn1-x509";
import { DispatchError } from "../error/mod.ts";
import { PemConverter, type PemStruct, X509Certificate } from "./x509.ts";

/** Keys that lack the name of their algorithm: RSAPrivateKey (RFC 8017) and ECPrivateKey (RFC 5915). */
const BARE_KEYS = ["RSA PRIVATE KEY", "EC PRIVATE KEY"];

/** Returns certificates as PEM text, in their order. */
export function encodeCertificatesPem(certificatesDer: readonly ArrayBuffer[]): string {
  return certificatesDer.map((der) => `${PemConverter.encode(der, "CERTIFICATE")}\n`).join("");
}

/** Returns a PKCS#8 private key as PEM text. */
export function encodePrivateKeyPem(pkcs8Der: ArrayBuffer): string {
  return `${PemConverter.encode(pkcs8Der, "PRIVATE KEY")}\n`;
}

/** Returns the DER of all certificates in `text`, in their order; other blocks and text around them mean nothing. */
export function decodeCertificatesPem(text: string): ArrayBuffer[] {
  return decodeBlocks(text)
    .filter((block) => block.type === "CERTIFICATE")
    .map((block) => block.rawData);
}

/**
 * Returns the first private key in `text` as PKCS#8 DER: from a PKCS#8, PKCS#1 or SEC 1 block.
 *
 * @param leafDer the certificate that the key is for: it names the algorithm where the block does not
 * @throws {DispatchError} `certificate_invalid` when there is no such block, or only one that a passphrase protects
 */
export function decodePrivateKeyPem(text: string, leafDer: ArrayBuffer): ArrayBuffer {
  const blocks = decodeBlocks(text);
  // Traditional encryption leaves the block's name as it is and is told by its headers (RFC 1421).
  const block = blocks.find(({ type, headers }) => headers.length === 0 && /^(RSA |EC )?PRIVATE KEY$/.test(type));
  if (block === undefined) {
    const isEncrypted = blocks.some(({ type }) => type.endsWith("PRIVATE KEY"));
    const reason = isEncrypted ? "its private key is protected by a passphrase" : "no private key came with it";
    throw new DispatchError("certificate_invalid", { reason });
  }
  return BARE_KEYS.includes(block.type) ? wrapBareKey(block.rawData, leafDer) : block.rawData;
}

function wrapBareKey(keyDer: ArrayBuffer, leafDer: ArrayBuffer): ArrayBuffer {
  const publicKey = AsnConvert.parse(new X509Certificate(leafDer).publicKey.rawData, SubjectPublicKeyInfo);
  const algorithm = new AlgorithmIdentifier(publicKey.algorithm);
  return AsnConvert.serialize(
    new PrivateKeyInfo({ privateKeyAlgorithm: algorithm, privateKey: new OctetString(keyDer) }),
  );
}

function decodeBlocks(text: string): PemStruct[] {
  try {
    return PemConverter.decodeWithHeaders(text);
  } catch (cause) {
    throw new DispatchError("certificate_invalid", { reason: "a PEM block in it is damaged" }, { cause });
  }
}
