/** Certificates and private keys as PEM text (RFC 7468), and back to DER. Pure. */
import { DispatchError } from "../error/mod.ts";
import { Obstacle } from "./obstacle.ts";
import { findCurve, type PemBlock, readPemBlocks } from "./pem_blocks.ts";
import { toPkcs8 } from "./private_key.ts";
import { PemConverter } from "./x509.ts";

/** Returns certificates as PEM text, in their order. */
export function encodeCertificatesPem(certificatesDer: readonly ArrayBuffer[]): string {
  return certificatesDer.map((der) => `${PemConverter.encode(der, "CERTIFICATE")}\n`).join("");
}

/** Returns a PKCS#8 private key as PEM text. */
export function encodePrivateKeyPem(pkcs8Der: ArrayBuffer): string {
  return `${PemConverter.encode(pkcs8Der, "PRIVATE KEY")}\n`;
}

/**
 * Returns the DER of all certificates in `text`, in their order; other blocks and text around them mean nothing.
 *
 * @throws {DispatchError} `certificate_invalid` when a block is damaged
 */
export function decodeCertificatesPem(text: string): ArrayBuffer[] {
  return decodeBlocks(text)
    .filter((block) => block.label === "CERTIFICATE")
    .map((block) => block.bytes.buffer);
}

/**
 * Returns the first private key in `text` as PKCS#8 DER: from a PKCS#8, PKCS#1 or SEC 1 block.
 *
 * @throws {DispatchError} `certificate_invalid` when there is no such block, only one that a passphrase protects, or a
 * damaged one
 */
export function decodePrivateKeyPem(text: string): ArrayBuffer {
  const blocks = decodeBlocks(text);
  // Traditional encryption leaves the block's name as it is and is told by its headers (RFC 1421).
  const index = blocks.findIndex(({ label, headers }) => headers.size === 0 && /^(RSA |EC )?PRIVATE KEY$/.test(label));
  const block = blocks[index];
  if (block === undefined) {
    const isEncrypted = blocks.some(({ label }) => label.endsWith("PRIVATE KEY"));
    throw invalid(isEncrypted ? "its private key is protected by a passphrase" : "no private key came with it");
  }
  try {
    return toPkcs8(block.bytes, findCurve(blocks, index));
  } catch (cause) {
    if (!(cause instanceof Obstacle)) throw cause;
    throw invalid("its private key is damaged", cause);
  }
}

function decodeBlocks(text: string): PemBlock[] {
  const blocks = [...readPemBlocks(text)];
  if (blocks.some(({ damage }) => damage !== null)) throw invalid("a PEM block in it is damaged");
  return blocks;
}

function invalid(reason: string, cause?: Obstacle): DispatchError {
  return new DispatchError("certificate_invalid", { reason }, { cause });
}
