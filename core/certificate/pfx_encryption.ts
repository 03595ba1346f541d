/** The encryption of the PFX files that Dispatch writes: PBES2 with PBKDF2 and AES-CBC. Touches WebCrypto only. */
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier } from "@peculiar/asn1-x509";
import { HMAC_SHA_256 } from "./digests.ts";
import { Pbes2Parameters, Pbkdf2Parameters, pbeAlgorithms } from "./pfx_schema.ts";

/**
 * What OpenSSL writes too. More would only make each start slower: the service's own passwords have 256 random bits, so
 * that stretching them makes no guess harder.
 */
const OWN_ITERATIONS = 2048;
const SALT_BYTES = 16;
const BLOCK_BYTES = 16;
const AES_256_CBC = "2.16.840.1.101.3.4.1.42";

/** Ciphertext with all that is needed to open it, but the password. */
export interface PasswordEncrypted {
  readonly algorithm: AlgorithmIdentifier;
  readonly ciphertext: ArrayBuffer;
}

/**
 * Encrypts with AES-256-CBC under a key from PBKDF2-HMAC-SHA-256.
 *
 * @param iterations default 2048, which does for a random password of the service's own
 */
export async function encryptWithPassword(
  crypto: Crypto,
  plaintext: ArrayBuffer,
  password: string,
  iterations = OWN_ITERATIONS,
): Promise<PasswordEncrypted> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES)).buffer;
  const iv = crypto.getRandomValues(new Uint8Array(BLOCK_BYTES)).buffer;
  const base = await crypto.subtle.importKey("raw", new TextEncoder().encode(password), "PBKDF2", false, ["deriveKey"]);
  const derivation = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  const key = await crypto.subtle.deriveKey(derivation, base, { name: "AES-CBC", length: 256 }, false, ["encrypt"]);
  const ciphertext = await crypto.subtle.encrypt({ name: "AES-CBC", iv }, key, plaintext);
  return { algorithm: describeAlgorithm(salt, iterations, iv), ciphertext };
}

function describeAlgorithm(salt: ArrayBuffer, iterations: number, iv: ArrayBuffer): AlgorithmIdentifier {
  const derivation = new Pbkdf2Parameters();
  derivation.salt = new OctetString(salt);
  derivation.iterationCount = iterations;
  derivation.prf = new AlgorithmIdentifier({ algorithm: HMAC_SHA_256, parameters: null });
  const parameters = new Pbes2Parameters();
  parameters.keyDerivationFunc = identify(pbeAlgorithms.pbkdf2, derivation);
  parameters.encryptionScheme = identify(AES_256_CBC, new OctetString(iv));
  return identify(pbeAlgorithms.pbes2, parameters);
}

function identify(algorithm: string, parameters: object): AlgorithmIdentifier {
  return new AlgorithmIdentifier({ algorithm, parameters: AsnConvert.serialize(parameters) });
}
