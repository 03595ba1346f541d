/** The block ciphers in CBC mode that keys and PFX files are encrypted with. */
import type { DecryptTripleDes } from "../capabilities.ts";
import { readHeader, tags } from "./der_element.ts";
import { damaged, unsupported, wrongPassphrase } from "./obstacle.ts";

/** What opens ciphertext. `decryptTripleDes` is `null` where only files of the service's own are read. */
export interface Ciphers {
  readonly crypto: Crypto;
  readonly decryptTripleDes: DecryptTripleDes | null;
}

/** One cipher. */
export interface CbcCipher {
  readonly keyBytes: number;
  /** Size of a block, and of the initialisation vector. */
  readonly blockBytes: 8 | 16;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** AES runs in WebCrypto; the others are all triple DES, with parts of the key used again. */
export const cbcCiphers = {
  aes128: { keyBytes: 16, blockBytes: 16 },
  aes192: { keyBytes: 24, blockBytes: 16 },
  aes256: { keyBytes: 32, blockBytes: 16 },
  tripleDes: { keyBytes: 24, blockBytes: 8 },
  twoKeyTripleDes: { keyBytes: 16, blockBytes: 8 },
  des: { keyBytes: 8, blockBytes: 8 },
} as const satisfies Record<string, CbcCipher>;

/**
 * Decrypts, and takes the padding off. What is encrypted in keys and PFX files is always one sequence: a wrong key leaves a
 * padding behind once in 256 times, and a wrong vector always, but not that.
 *
 * @throws {Obstacle} `wrong_passphrase` when there is no padding, or no sequence; `damaged`; `unsupported`
 */
export async function decryptCbc(
  ciphers: Ciphers,
  { blockBytes }: CbcCipher,
  key: Bytes,
  iv: Bytes,
  ciphertext: Bytes,
): Promise<Bytes> {
  if (iv.length !== blockBytes) throw damaged("its initialisation vector is not as long as a block");
  if (ciphertext.length === 0 || ciphertext.length % blockBytes !== 0) {
    throw damaged("what is encrypted in it is cut short");
  }
  if (blockBytes === 16) return requireSequence(await decryptAes(ciphers.crypto, key, iv, ciphertext));
  if (ciphers.decryptTripleDes === null) throw unsupported("triple DES");
  // A key of 16 bytes is K1 K2 K1 (RFC 7292 appendix C), and DES is triple DES with one key thrice.
  const tripleKey = Uint8Array.from({ length: 24 }, (_, index) => key[index % key.length]!);
  const plaintext = await ciphers.decryptTripleDes(tripleKey, iv, ciphertext).catch((cause: unknown) => {
    throw wrongPassphrase({ cause });
  });
  return requireSequence(new Uint8Array(plaintext));
}

function requireSequence(bytes: Bytes): Bytes {
  const header = readHeader(bytes, 0);
  const isWhole = header !== null && (header.length === null || header.contentStart + header.length === bytes.length);
  if (header?.tag !== tags.sequence || !isWhole) throw wrongPassphrase();
  return bytes;
}

async function decryptAes(crypto: Crypto, keyBytes: Bytes, iv: Bytes, ciphertext: Bytes): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", keyBytes, "AES-CBC", false, ["decrypt"]);
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-CBC", iv }, key, ciphertext));
  } catch (cause) {
    throw wrongPassphrase({ cause });
  }
}
