/** The encryption of the parts of a PFX: PBES2 (RFC 8018 section 6.2) with PBKDF2 and AES-CBC. Touches WebCrypto only. */
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier } from "@peculiar/asn1-x509";
import { DispatchError } from "../error/mod.ts";
import { Pbes2Parameters, Pbkdf2Parameters, pbeAlgorithms } from "./pfx_schema.ts";

/**
 * What OpenSSL writes too. More would only make each start slower: the password has 256 random bits, so that stretching
 * it makes no guess harder.
 */
const WRITTEN_ITERATIONS = 2048;
/** Bounds the work that a file can ask for; GnuTLS and NSS, the most thorough of the common tools, write 600,000. */
const MAX_ITERATIONS = 2_000_000;
const SALT_BYTES = 16;
const BLOCK_BYTES = 16;

/** AES-CBC by object identifier (NIST), with its key size in bits. */
const aesKeyBits: Readonly<Record<string, number>> = {
  "2.16.840.1.101.3.4.1.2": 128,
  "2.16.840.1.101.3.4.1.22": 192,
  "2.16.840.1.101.3.4.1.42": 256,
};
const AES_256_CBC = "2.16.840.1.101.3.4.1.42";

/** Hashes of PBKDF2's pseudo-random function by object identifier (RFC 8018 appendix B.1). */
const prfHashes: Readonly<Record<string, string>> = {
  "1.2.840.113549.2.7": "SHA-1",
  "1.2.840.113549.2.9": "SHA-256",
  "1.2.840.113549.2.10": "SHA-384",
  "1.2.840.113549.2.11": "SHA-512",
};
const HMAC_SHA_1 = "1.2.840.113549.2.7";
const HMAC_SHA_256 = "1.2.840.113549.2.9";

/** Ciphertext with all that is needed to open it, but the password. */
export interface PasswordEncrypted {
  readonly algorithm: AlgorithmIdentifier;
  readonly ciphertext: ArrayBuffer;
}

interface CipherParameters {
  readonly hash: string;
  readonly salt: ArrayBuffer;
  readonly iterations: number;
  readonly keyBits: number;
  readonly iv: ArrayBuffer;
}

/** Encrypts with AES-256-CBC under a key from PBKDF2-HMAC-SHA-256. */
export async function encryptWithPassword(
  crypto: Crypto,
  plaintext: ArrayBuffer,
  password: string,
): Promise<PasswordEncrypted> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES)).buffer;
  const iv = crypto.getRandomValues(new Uint8Array(BLOCK_BYTES)).buffer;
  const key = await deriveKey(crypto, password, {
    hash: "SHA-256",
    salt,
    iterations: WRITTEN_ITERATIONS,
    keyBits: 256,
    iv,
  });
  const ciphertext = await crypto.subtle.encrypt({ name: "AES-CBC", iv }, key, plaintext);
  return { algorithm: describeAlgorithm(salt, iv), ciphertext };
}

/**
 * Decrypts what any tool encrypted with PBES2, AES-CBC and PBKDF2.
 *
 * @throws {DispatchError} `pfx_unreadable` when it was encrypted otherwise, `pfx_password_wrong`
 */
export async function decryptWithPassword(
  crypto: Crypto,
  { algorithm, ciphertext }: PasswordEncrypted,
  password: string,
): Promise<ArrayBuffer> {
  const parameters = readAlgorithm(algorithm);
  const key = await deriveKey(crypto, password, parameters);
  try {
    return await crypto.subtle.decrypt({ name: "AES-CBC", iv: parameters.iv }, key, ciphertext);
  } catch (cause) {
    throw new DispatchError("pfx_password_wrong", {}, { cause });
  }
}

async function deriveKey(crypto: Crypto, password: string, parameters: CipherParameters): Promise<CryptoKey> {
  const { hash, salt, iterations, keyBits } = parameters;
  const base = await crypto.subtle.importKey("raw", new TextEncoder().encode(password), "PBKDF2", false, [
    "deriveBits",
  ]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash, salt, iterations }, base, keyBits);
  return await crypto.subtle.importKey("raw", bits, "AES-CBC", false, ["encrypt", "decrypt"]);
}

function describeAlgorithm(salt: ArrayBuffer, iv: ArrayBuffer): AlgorithmIdentifier {
  const derivation = new Pbkdf2Parameters();
  derivation.salt = new OctetString(salt);
  derivation.iterationCount = WRITTEN_ITERATIONS;
  derivation.prf = new AlgorithmIdentifier({ algorithm: HMAC_SHA_256, parameters: null });
  const parameters = new Pbes2Parameters();
  parameters.keyDerivationFunc = identify(pbeAlgorithms.pbkdf2, derivation);
  parameters.encryptionScheme = identify(AES_256_CBC, new OctetString(iv));
  return identify(pbeAlgorithms.pbes2, parameters);
}

function identify(algorithm: string, parameters: object): AlgorithmIdentifier {
  return new AlgorithmIdentifier({ algorithm, parameters: AsnConvert.serialize(parameters) });
}

function readAlgorithm({ algorithm, parameters }: AlgorithmIdentifier): CipherParameters {
  if (algorithm !== pbeAlgorithms.pbes2 || !parameters) throw unsupported(`the encryption ${algorithm}`);
  const { keyDerivationFunc, encryptionScheme } = AsnConvert.parse(parameters, Pbes2Parameters);
  const keyBits = aesKeyBits[encryptionScheme.algorithm];
  if (keyBits === undefined || !encryptionScheme.parameters)
    throw unsupported(`the cipher ${encryptionScheme.algorithm}`);
  const iv = AsnConvert.parse(encryptionScheme.parameters, OctetString).buffer;
  return { ...readDerivation(keyDerivationFunc), keyBits, iv };
}

function readDerivation({ algorithm, parameters }: AlgorithmIdentifier): Omit<CipherParameters, "keyBits" | "iv"> {
  if (algorithm !== pbeAlgorithms.pbkdf2 || !parameters) throw unsupported(`the key derivation ${algorithm}`);
  const { salt, iterationCount, prf } = AsnConvert.parse(parameters, Pbkdf2Parameters);
  const hash = prfHashes[prf?.algorithm ?? HMAC_SHA_1];
  if (hash === undefined) throw unsupported(`the pseudo-random function ${prf?.algorithm}`);
  if (!(iterationCount >= 1 && iterationCount <= MAX_ITERATIONS)) throw unsupported(`${iterationCount} iterations`);
  return { hash, salt: salt.buffer, iterations: iterationCount };
}

function unsupported(what: string): DispatchError {
  return new DispatchError("pfx_unreadable", { reason: `${what} is not supported` });
}
