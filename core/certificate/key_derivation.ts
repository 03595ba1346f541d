/** The key derivations of PBES2 and PBMAC1: PBKDF2 (RFC 8018 section 5.2) and scrypt (RFC 7914). */
import { pbkdf2Async } from "@noble/hashes/pbkdf2.js";
import { scryptAsync } from "@noble/hashes/scrypt.js";
import type { AlgorithmIdentifier } from "@peculiar/asn1-x509";
import { parseAsn1 } from "./asn1.ts";
import { findHmacDigest, HMAC_SHA_1 } from "./digests.ts";
import { readIterations } from "./iteration_budget.ts";
import { damaged, unsupported } from "./obstacle.ts";
import { Pbkdf2Parameters, pbeAlgorithms, ScryptParameters } from "./pfx_schema.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A derivation with its parameters. */
export interface KeyDerivation {
  readonly iterations: number;
  /** Whether WebCrypto does it. */
  readonly isFast: boolean;
  /** Length of the key as the parameters state it. */
  readonly keyBytes: number | undefined;
  readonly derive: (crypto: Crypto, password: Bytes, keyBytes: number) => Promise<Bytes>;
}

/** 64 MiB (`128 N r` bytes); OpenSSL writes files that take 16 MiB. */
const MAX_SCRYPT_BLOCKS = 2 ** 19;

/** Reads a derivation. @throws {Obstacle} `unsupported`, `damaged` */
export function readKeyDerivation({ algorithm, parameters }: AlgorithmIdentifier): KeyDerivation {
  if (!parameters) throw damaged("its key derivation has no parameters");
  if (algorithm === pbeAlgorithms.pbkdf2) return readPbkdf2(parameters);
  if (algorithm === pbeAlgorithms.scrypt) return readScrypt(parameters);
  throw unsupported(`a key derivation that is not known here (${algorithm})`);
}

function readPbkdf2(parameters: ArrayBuffer): KeyDerivation {
  const { salt, iterationCount, keyLength, prf } = parseAsn1(parameters, Pbkdf2Parameters);
  const hmacOid = prf?.algorithm ?? HMAC_SHA_1;
  const definition = findHmacDigest(hmacOid);
  if (definition === undefined) throw unsupported(`a pseudo-random function that is not known here (${hmacOid})`);
  const { digest, webCryptoName } = definition;
  const isFast = webCryptoName !== null;
  const iterations = readIterations(iterationCount, isFast);
  return {
    iterations,
    isFast,
    keyBytes: keyLength,
    derive: async (crypto, password, keyBytes) => {
      if (webCryptoName === null) {
        return await pbkdf2Async(digest, password, new Uint8Array(salt.buffer), { c: iterations, dkLen: keyBytes });
      }
      const base = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
      const algorithm = { name: "PBKDF2", hash: webCryptoName, salt: salt.buffer, iterations };
      return new Uint8Array(await crypto.subtle.deriveBits(algorithm, base, keyBytes * 8));
    },
  };
}

function readScrypt(parameters: ArrayBuffer): KeyDerivation {
  const { salt, costParameter, blockSize, parallelization, keyLength } = parseAsn1(parameters, ScryptParameters);
  const [N, r, p] = [Number(costParameter), Number(blockSize), Number(parallelization)];
  const isCost = N >= 2 && Number.isInteger(Math.log2(N)) && r >= 1 && p >= 1;
  if (!isCost) throw damaged("its scrypt parameters are none");
  if (N * r * p > MAX_SCRYPT_BLOCKS) throw unsupported(`scrypt at a cost of N=${N}, r=${r}, p=${p}`);
  return {
    iterations: N * r * p,
    isFast: false,
    keyBytes: keyLength,
    derive: (_crypto, password, keyBytes) =>
      scryptAsync(password, new Uint8Array(salt.buffer), { N, r, p, dkLen: keyBytes }),
  };
}
