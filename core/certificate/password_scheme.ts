/** The ways in which a passphrase protects what is in a file, read from their AlgorithmIdentifier. */
import type { AlgorithmIdentifier } from "@peculiar/asn1-x509";
import type { Ciphers } from "./cbc_cipher.ts";
import { unsupported } from "./obstacle.ts";
import type { PassphraseForm } from "./passphrase_form.ts";
import { isPbes1, readPbes1 } from "./pbes1.ts";
import { readPbes2 } from "./pbes2.ts";
import { pbeAlgorithms } from "./pfx_schema.ts";

/** One way, with its parameters: all that is needed to open a ciphertext, but the passphrase. */
export interface PasswordScheme {
  /** Which bytes of a passphrase it takes. */
  readonly encoding: keyof PassphraseForm;
  /** How often the derivation of its key repeats its one step. */
  readonly iterations: number;
  /** Whether WebCrypto derives the key, which is ten times as fast as to do it here. */
  readonly isFast: boolean;
  /** @throws {Obstacle} `wrong_passphrase`, `damaged` or `unsupported` */
  readonly decrypt: (
    ciphers: Ciphers,
    password: Uint8Array<ArrayBuffer>,
    ciphertext: Uint8Array<ArrayBuffer>,
  ) => Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Reads how something is encrypted.
 *
 * @throws {Obstacle} `unsupported` for ciphers that are not opened here; `damaged`
 */
export function readPasswordScheme({ algorithm, parameters }: AlgorithmIdentifier): PasswordScheme {
  if (algorithm === pbeAlgorithms.pbes2) return readPbes2(parameters ?? new ArrayBuffer(0));
  if (isPbes1(algorithm)) return readPbes1(algorithm, parameters ?? new ArrayBuffer(0));
  throw unsupported(`an encryption that is not known here (${algorithm})`);
}
