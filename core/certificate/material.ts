/** Certificate files as an operator gives them, and what was found in them. Types only. */
import type { DecryptTripleDes } from "../capabilities.ts";
import type { Finding } from "./finding.ts";

/** The most that the files of one upload may hold together; a chain of four certificates with RSA-4096 keys takes 10 KB. */
export const maxMaterialBytes = 1_048_576;
/** The most files of one upload. */
export const maxMaterialFiles = 32;

/** One file that was given. What it holds is found out from its bytes, never from its name. */
export interface GivenFile {
  /** As the operator knows it, for findings: `fullchain.pem`. */
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** All that was given: any number of files, in any order, and one passphrase for whatever needs one. */
export interface Material {
  readonly files: readonly GivenFile[];
  /** `null` when none was typed; the empty text is a passphrase too, for PFX files. Used once, never stored or logged. */
  readonly passphrase: string | null;
}

/** Where in the material something was found. */
export interface Origin {
  /** Name of the file. */
  readonly file: string;
  /** Line of the file at which its PEM block begins, from 1; `null` in a binary file. */
  readonly line: number | null;
}

/** A certificate that was found; it parses as one. */
export interface FoundCertificate {
  readonly der: ArrayBuffer;
  readonly origin: Origin;
}

/** A private key that was found, opened where a passphrase protected it. */
export interface FoundKey {
  readonly pkcs8Der: ArrayBuffer;
  readonly origin: Origin;
}

/** Something that is neither certificate nor private key, so that it can be named when one of them is missing. */
export interface FoundOther {
  /** With its article: `a certificate request (CSR)`, `a public key`, `a CRL`. */
  readonly what: string;
  readonly origin: Origin;
}

/** What all files together hold, in the order of the files. */
export interface MaterialParts {
  readonly certificates: readonly FoundCertificate[];
  readonly keys: readonly FoundKey[];
  readonly others: readonly FoundOther[];
  /** What could not be read: `too_large`, `not_pem`, `key_encrypted`, `wrong_passphrase`, `broken_…`, `unsupported_…`. */
  readonly findings: readonly Finding[];
}

/** The ciphers that files are opened with. */
export interface MaterialCiphers {
  readonly crypto: Crypto;
  readonly decryptTripleDes: DecryptTripleDes;
}
