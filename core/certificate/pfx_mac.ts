/** The MAC of a PFX (RFC 7292 section 4 and appendix B). Touches WebCrypto only. */
import { MacData } from "@peculiar/asn1-pfx";
import { DigestInfo } from "@peculiar/asn1-rsa";
import { OctetString } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier } from "@peculiar/asn1-x509";
import { DispatchError } from "../error/mod.ts";

/**
 * Each iteration is one call of WebCrypto, 20 µs in Node. The password has 256 random bits, so that more iterations would
 * make no guess harder.
 */
const WRITTEN_ITERATIONS = 256;
/** Java writes 10,000. The 600,000 of GnuTLS and NSS would take Node 12 s. */
const MAX_ITERATIONS = 100_000;
const SALT_BYTES = 16;
/** The derivation's ID byte for a MAC key (RFC 7292 appendix B.3). */
const MAC_KEY_ID = 3;
const SHA_256 = "2.16.840.1.101.3.4.2.1";

interface MacHash {
  readonly name: string;
  /** Size of the hash's input block: `v` in the RFC. */
  readonly blockBytes: number;
}

const macHashes: Readonly<Record<string, MacHash>> = {
  "1.3.14.3.2.26": { name: "SHA-1", blockBytes: 64 },
  [SHA_256]: { name: "SHA-256", blockBytes: 64 },
  "2.16.840.1.101.3.4.2.2": { name: "SHA-384", blockBytes: 128 },
  "2.16.840.1.101.3.4.2.3": { name: "SHA-512", blockBytes: 128 },
};

/** Returns the MAC of the authenticated safe: HMAC-SHA-256. */
export async function computeMac(crypto: Crypto, authenticatedSafe: ArrayBuffer, password: string): Promise<MacData> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES)).buffer;
  const key = await deriveMacKey(crypto, macHashes[SHA_256]!, password, salt, WRITTEN_ITERATIONS);
  const digest = await crypto.subtle.sign("HMAC", key, authenticatedSafe);
  return new MacData({
    mac: new DigestInfo({
      digestAlgorithm: new AlgorithmIdentifier({ algorithm: SHA_256, parameters: null }),
      digest: new OctetString(digest),
    }),
    macSalt: new OctetString(salt),
    iterations: WRITTEN_ITERATIONS,
  });
}

/**
 * Checks the MAC of the authenticated safe.
 *
 * @throws {DispatchError} `pfx_password_wrong`, or `pfx_unreadable` when the MAC is of a kind that is not supported
 */
export async function verifyMac(
  crypto: Crypto,
  { mac, macSalt, iterations }: MacData,
  authenticatedSafe: ArrayBuffer,
  password: string,
): Promise<void> {
  const hash = macHashes[mac.digestAlgorithm.algorithm];
  if (hash === undefined) throw unsupported(`the MAC ${mac.digestAlgorithm.algorithm}`);
  if (!(iterations >= 1 && iterations <= MAX_ITERATIONS)) throw unsupported(`a MAC of ${iterations} iterations`);
  const key = await deriveMacKey(crypto, hash, password, macSalt.buffer, iterations);
  const isGenuine = await crypto.subtle.verify("HMAC", key, mac.digest.buffer, authenticatedSafe);
  if (!isGenuine) throw new DispatchError("pfx_password_wrong", {});
}

/** RFC 7292 appendix B.2, for a key as long as the hash: its steps 6B and 6C then have nothing to do. */
async function deriveMacKey(
  crypto: Crypto,
  { name, blockBytes }: MacHash,
  password: string,
  salt: ArrayBuffer,
  iterations: number,
): Promise<CryptoKey> {
  const diversifier = new Uint8Array(blockBytes).fill(MAC_KEY_ID);
  const repeatedSalt = repeatToBlocks(new Uint8Array(salt), blockBytes);
  const repeatedPassword = repeatToBlocks(encodeBmpPassword(password), blockBytes);
  const input = new Uint8Array(blockBytes + repeatedSalt.length + repeatedPassword.length);
  input.set(diversifier);
  input.set(repeatedSalt, blockBytes);
  input.set(repeatedPassword, blockBytes + repeatedSalt.length);
  let bytes = await crypto.subtle.digest(name, input);
  for (let iteration = 1; iteration < iterations; iteration++) bytes = await crypto.subtle.digest(name, bytes);
  return await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: name }, false, ["sign", "verify"]);
}

function repeatToBlocks(bytes: Uint8Array, blockBytes: number): Uint8Array {
  const repeated = new Uint8Array(Math.ceil(bytes.length / blockBytes) * blockBytes);
  return repeated.map((_, index) => bytes[index % bytes.length]!);
}

/** UTF-16, big endian, with two zero bytes at the end (RFC 7292 appendix B.1). */
function encodeBmpPassword(password: string): Uint8Array {
  const bytes = new Uint8Array((password.length + 1) * 2);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < password.length; index++) view.setUint16(index * 2, password.charCodeAt(index));
  return bytes;
}

function unsupported(what: string): DispatchError {
  return new DispatchError("pfx_unreadable", { reason: `${what} is not supported` });
}
