/** The MAC of a PFX: that of RFC 7292 (section 4 and appendix B), and PBMAC1 (RFC 9579). */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { MacData } from "@peculiar/asn1-pfx";
import { DigestInfo } from "@peculiar/asn1-rsa";
import { OctetString } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier } from "@peculiar/asn1-x509";
import { parseAsn1 } from "./asn1.ts";
import { findDigest, findHmacDigest, SHA_256 } from "./digests.ts";
import { readIterations } from "./iteration_budget.ts";
import { readKeyDerivation } from "./key_derivation.ts";
import { damaged, unsupported } from "./obstacle.ts";
import { type PassphraseForm, passphraseForms } from "./passphrase_form.ts";
import { Pbmac1Parameters, pbeAlgorithms } from "./pfx_schema.ts";
import { derivePkcs12, pkcs12Purpose } from "./pkcs12_kdf.ts";

/** Like those of the encryption, they could be few: the service's own passwords have 256 random bits. */
const OWN_ITERATIONS = 256;
const SALT_BYTES = 16;

/** How a file proves that it is whole, and that a passphrase is its own. */
export interface PfxMac {
  readonly iterations: number;
  /** Whether WebCrypto derives the key. */
  readonly isFast: boolean;
  /** Which bytes of a passphrase it takes. */
  readonly encoding: keyof PassphraseForm;
  readonly isGenuine: (
    crypto: Crypto,
    password: Uint8Array<ArrayBuffer>,
    authenticatedSafe: Uint8Array,
  ) => Promise<boolean>;
}

/**
 * Returns the MAC of the authenticated safe: HMAC-SHA-256.
 *
 * @param iterations default 256, which does for a random password of the service's own
 */
export async function computeMac(
  crypto: Crypto,
  authenticatedSafe: ArrayBuffer,
  password: string,
  iterations = OWN_ITERATIONS,
): Promise<MacData> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const options = { digest: sha256, password: passphraseForms(password)[0]!.bmp, salt, iterations };
  const key = await derivePkcs12(options, pkcs12Purpose.mac, sha256.outputLen);
  const digest = hmac(sha256, key, new Uint8Array(authenticatedSafe));
  return new MacData({
    mac: new DigestInfo({
      digestAlgorithm: new AlgorithmIdentifier({ algorithm: SHA_256, parameters: null }),
      digest: new OctetString(digest),
    }),
    macSalt: new OctetString(salt),
    iterations,
  });
}

/** Reads a MAC. @throws {Obstacle} `unsupported`, `damaged` */
export function readMac({ mac, macSalt, iterations: count }: MacData): PfxMac {
  const { algorithm, parameters } = mac.digestAlgorithm;
  const expected = new Uint8Array(mac.digest.buffer);
  if (algorithm === pbeAlgorithms.pbmac1) return readPbmac1(parameters ?? new ArrayBuffer(0), expected);
  const definition = findDigest(algorithm);
  if (definition === undefined) throw unsupported(`a MAC that is not known here (${algorithm})`);
  const { digest } = definition;
  const iterations = readIterations(count, false);
  return {
    iterations,
    isFast: false,
    encoding: "bmp",
    isGenuine: async (_crypto, password, authenticatedSafe) => {
      const options = { digest, password, salt: new Uint8Array(macSalt.buffer), iterations };
      const key = await derivePkcs12(options, pkcs12Purpose.mac, digest.outputLen);
      return isEqual(hmac(digest, key, authenticatedSafe), expected);
    },
  };
}

function readPbmac1(parameters: ArrayBuffer, expected: Uint8Array): PfxMac {
  const { keyDerivationFunc, messageAuthScheme } = parseAsn1(parameters, Pbmac1Parameters);
  const definition = findHmacDigest(messageAuthScheme.algorithm);
  if (definition === undefined) throw unsupported(`a MAC that is not known here (${messageAuthScheme.algorithm})`);
  const { iterations, isFast, keyBytes, derive } = readKeyDerivation(keyDerivationFunc);
  // RFC 9579 section 4 demands it; 64 is the longest digest.
  if (keyBytes === undefined || !(keyBytes >= 1 && keyBytes <= 64))
    throw damaged("the key length of its MAC is missing");
  return {
    iterations,
    isFast,
    encoding: "text",
    isGenuine: async (crypto, password, authenticatedSafe) =>
      isEqual(hmac(definition.digest, await derive(crypto, password, keyBytes), authenticatedSafe), expected),
  };
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
