/** The digests that protect files, by object identifier: in MACs, as hashes, and as the function inside PBKDF2. */
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha224, sha256, sha384, sha512, sha512_224, sha512_256 } from "@noble/hashes/sha2.js";
import type { Hash } from "@noble/hashes/utils.js";

/** One digest: called with bytes it returns their hash. */
export interface Digest {
  (bytes: Uint8Array): Uint8Array<ArrayBuffer>;
  readonly outputLen: number;
  readonly blockLen: number;
  /** A hash that has taken nothing yet. */
  // biome-ignore lint/suspicious/noExplicitAny: it is how the library types a hash of whatever kind.
  create(): Hash<any>;
}

interface DigestDefinition {
  readonly digest: typeof sha256 | typeof sha512 | typeof sha1;
  readonly hashOid: string;
  /** HMAC with it (RFC 8018 appendix B.1). */
  readonly hmacOid: string;
  /** Its name in WebCrypto, whose PBKDF2 is ten times as fast; `null` where that has no such digest. */
  readonly webCryptoName: string | null;
}

export const SHA_256 = "2.16.840.1.101.3.4.2.1";
export const HMAC_SHA_1 = "1.2.840.113549.2.7";
export const HMAC_SHA_256 = "1.2.840.113549.2.9";

const definitions: readonly DigestDefinition[] = [
  { digest: md5, hashOid: "1.2.840.113549.2.5", hmacOid: "1.2.840.113549.2.6", webCryptoName: null },
  { digest: sha1, hashOid: "1.3.14.3.2.26", hmacOid: HMAC_SHA_1, webCryptoName: "SHA-1" },
  { digest: sha224, hashOid: "2.16.840.1.101.3.4.2.4", hmacOid: "1.2.840.113549.2.8", webCryptoName: null },
  { digest: sha256, hashOid: SHA_256, hmacOid: HMAC_SHA_256, webCryptoName: "SHA-256" },
  { digest: sha384, hashOid: "2.16.840.1.101.3.4.2.2", hmacOid: "1.2.840.113549.2.10", webCryptoName: "SHA-384" },
  { digest: sha512, hashOid: "2.16.840.1.101.3.4.2.3", hmacOid: "1.2.840.113549.2.11", webCryptoName: "SHA-512" },
  { digest: sha512_224, hashOid: "2.16.840.1.101.3.4.2.5", hmacOid: "1.2.840.113549.2.12", webCryptoName: null },
  { digest: sha512_256, hashOid: "2.16.840.1.101.3.4.2.6", hmacOid: "1.2.840.113549.2.13", webCryptoName: null },
];

/** Finds a digest by the object identifier of the hash. */
export function findDigest(hashOid: string): DigestDefinition | undefined {
  return definitions.find((definition) => definition.hashOid === hashOid);
}

/** Finds a digest by the object identifier of HMAC with it. */
export function findHmacDigest(hmacOid: string): DigestDefinition | undefined {
  return definitions.find((definition) => definition.hmacOid === hmacOid);
}
