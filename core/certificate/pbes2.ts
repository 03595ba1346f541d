/** The encryption with a passphrase of today: PBES2 (RFC 8018 section 6.2). */
import { OctetString } from "@peculiar/asn1-schema";
import type { AlgorithmIdentifier } from "@peculiar/asn1-x509";
import { parseAsn1 } from "./asn1.ts";
import { type CbcCipher, cbcCiphers, decryptCbc } from "./cbc_cipher.ts";
import { readKeyDerivation } from "./key_derivation.ts";
import { damaged, unsupported } from "./obstacle.ts";
import type { PasswordScheme } from "./password_scheme.ts";
import { Pbes2Parameters } from "./pfx_schema.ts";

/** Ciphers by object identifier; a text is the name of one that is not opened here. */
const ciphersByOid: Readonly<Record<string, CbcCipher | string>> = {
  "2.16.840.1.101.3.4.1.2": cbcCiphers.aes128,
  "2.16.840.1.101.3.4.1.22": cbcCiphers.aes192,
  "2.16.840.1.101.3.4.1.42": cbcCiphers.aes256,
  "1.2.840.113549.3.7": cbcCiphers.tripleDes,
  "1.3.14.3.2.7": cbcCiphers.des,
  "1.2.840.113549.3.2": "RC2",
  "1.2.840.113549.3.4": "RC4",
  "1.2.840.113533.7.66.10": "CAST-128",
  "1.3.6.1.4.1.3029.1.2": "Blowfish",
  "1.3.6.1.4.1.188.7.1.1.2": "IDEA",
  "1.2.392.200011.61.1.1.1.2": "Camellia with a key of 128 bits",
  "1.2.392.200011.61.1.1.1.3": "Camellia with a key of 192 bits",
  "1.2.392.200011.61.1.1.1.4": "Camellia with a key of 256 bits",
  "1.2.410.200004.1.4": "SEED",
  "1.2.410.200046.1.1.2": "ARIA with a key of 128 bits",
  "1.2.410.200046.1.1.7": "ARIA with a key of 192 bits",
  "1.2.410.200046.1.1.12": "ARIA with a key of 256 bits",
  "1.2.156.10197.1.104.2": "SM4",
};

/** Reads the parameters. @throws {Obstacle} `unsupported`, `damaged` */
export function readPbes2(parameters: ArrayBuffer): PasswordScheme {
  const { keyDerivationFunc, encryptionScheme } = parseAsn1(parameters, Pbes2Parameters);
  const { cipher, iv } = readCipher(encryptionScheme);
  const derivation = readKeyDerivation(keyDerivationFunc);
  if (derivation.keyBytes !== undefined && derivation.keyBytes !== cipher.keyBytes) {
    throw damaged("its key length is not that of its cipher");
  }
  return {
    encoding: "text",
    iterations: derivation.iterations,
    isFast: derivation.isFast,
    decrypt: async (ciphers, password, ciphertext) => {
      const key = await derivation.derive(ciphers.crypto, password, cipher.keyBytes);
      return await decryptCbc(ciphers, cipher, key, iv, ciphertext);
    },
  };
}

function readCipher({ algorithm, parameters }: AlgorithmIdentifier) {
  const cipher = ciphersByOid[algorithm];
  if (cipher === undefined) throw unsupported(`a cipher that is not known here (${algorithm})`);
  if (typeof cipher === "string") throw unsupported(cipher);
  if (!parameters) throw damaged("its initialisation vector is missing");
  return { cipher, iv: new Uint8Array(parseAsn1(parameters, OctetString).buffer) };
}
