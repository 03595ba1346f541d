/** The older encryptions with a passphrase: those of PKCS#12 (RFC 7292 appendix C) and PKCS#5 version 1 (RFC 8018 appendix A.3). */
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { parseAsn1 } from "./asn1.ts";
import { type CbcCipher, cbcCiphers, decryptCbc } from "./cbc_cipher.ts";
import type { Digest } from "./digests.ts";
import { readIterations } from "./iteration_budget.ts";
import { damaged, unsupported } from "./obstacle.ts";
import { openWithFirst } from "./opening.ts";
import type { PasswordScheme } from "./password_scheme.ts";
import { PbeParameters } from "./pfx_schema.ts";
import { derivePbkdf1, derivePkcs12, type KdfOptions, pkcs12Purpose } from "./pkcs12_kdf.ts";

type Pbes1Definition =
  | { readonly family: "pkcs12"; readonly cipher: CbcCipher }
  | { readonly family: "pkcs5"; readonly cipher: CbcCipher; readonly digest: Digest }
  | { readonly family: null; readonly name: string };

/** All of them, by object identifier; those without a family are refused by name: WebCrypto and DES can't open them. */
const definitions: Readonly<Record<string, Pbes1Definition>> = {
  "1.2.840.113549.1.12.1.1": refused("RC4 with a key of 128 bits (PBE-SHA1-RC4-128)"),
  "1.2.840.113549.1.12.1.2": refused("RC4 with a key of 40 bits (PBE-SHA1-RC4-40)"),
  "1.2.840.113549.1.12.1.3": { family: "pkcs12", cipher: cbcCiphers.tripleDes },
  "1.2.840.113549.1.12.1.4": { family: "pkcs12", cipher: cbcCiphers.twoKeyTripleDes },
  "1.2.840.113549.1.12.1.5": refused("RC2 with a key of 128 bits (PBE-SHA1-RC2-128)"),
  "1.2.840.113549.1.12.1.6": refused("RC2 with a key of 40 bits (PBE-SHA1-RC2-40)"),
  "1.2.840.113549.1.5.1": refused("DES under an MD2 digest (PBE-MD2-DES)"),
  "1.2.840.113549.1.5.3": { family: "pkcs5", cipher: cbcCiphers.des, digest: md5 },
  "1.2.840.113549.1.5.4": refused("RC2 under an MD2 digest (PBE-MD2-RC2-64)"),
  "1.2.840.113549.1.5.6": refused("RC2 under an MD5 digest (PBE-MD5-RC2-64)"),
  "1.2.840.113549.1.5.10": { family: "pkcs5", cipher: cbcCiphers.des, digest: sha1 },
  "1.2.840.113549.1.5.11": refused("RC2 under a SHA-1 digest (PBE-SHA1-RC2-64)"),
};

/** Tells whether an algorithm is one of them, opened here or not. */
export function isPbes1(algorithm: string): boolean {
  return Object.hasOwn(definitions, algorithm);
}

/** Reads the parameters of one of them. @throws {Obstacle} `unsupported`, `damaged` */
export function readPbes1(algorithm: string, parameters: ArrayBuffer): PasswordScheme {
  const definition = definitions[algorithm]!;
  if (definition.family === null) throw unsupported(definition.name);
  const { salt, iterations: count } = parseAsn1(parameters, PbeParameters);
  if (salt.byteLength === 0) throw damaged("its salt is missing");
  const iterations = readIterations(count, false);
  const options = { salt: new Uint8Array(salt.buffer), iterations };
  const isPkcs12 = definition.family === "pkcs12";
  const digest = isPkcs12 ? sha1 : definition.digest;
  const derive = isPkcs12 ? deriveByPkcs12 : deriveByPkcs5;
  return {
    encoding: isPkcs12 ? "bmp" : "text",
    iterations,
    isFast: false,
    decrypt: async (ciphers, password, ciphertext) => {
      const { key, ivs } = await derive(definition.cipher, { ...options, digest, password });
      return await openWithFirst(ivs, (iv) => decryptCbc(ciphers, definition.cipher, key, iv, ciphertext));
    },
  };
}

function refused(name: string): Pbes1Definition {
  return { family: null, name };
}

async function deriveByPkcs12({ keyBytes, blockBytes }: CbcCipher, options: KdfOptions) {
  return {
    key: await derivePkcs12(options, pkcs12Purpose.key, keyBytes),
    ivs: [await derivePkcs12(options, pkcs12Purpose.iv, blockBytes)],
  };
}

async function deriveByPkcs5({ keyBytes, blockBytes }: CbcCipher, options: KdfOptions) {
  const derived = await derivePbkdf1(options);
  const standard = derived.slice(keyBytes, keyBytes + blockBytes);
  // NSS takes the end of the digest, which is longer with SHA-1.
  return { key: derived.slice(0, keyBytes), ivs: [standard, derived.slice(-blockBytes)] };
}
