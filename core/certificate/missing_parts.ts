/** Tells what is missing in certificate files, and what there is instead. Pure. */
import { type Finding, type FindingCode, finding } from "./finding.ts";
import type { FoundKey, MaterialParts } from "./material.ts";

/** The most things that are listed as found instead. */
const MAX_FOUND = 6;

/** What the files came to, before anything is judged. */
export interface PartsSituation {
  readonly parts: MaterialParts;
  /** What could not be opened or read. */
  readonly findings: readonly Finding[];
  /** Whether there is a certificate that can be read. */
  readonly hasCertificate: boolean;
  /** Whether a key belongs to a certificate. */
  readonly hasMatch: boolean;
}

/** What could not be opened or read may well be what is missing: then that is told, and nothing that may be false. */
const hiding: readonly FindingCode[] = [
  "key_encrypted",
  "wrong_passphrase",
  "broken_file",
  "unsupported_protection",
  "too_large",
  "too_many",
];

/** Tells whether the certificate, the key, or the pair of both is missing. */
export function findMissing({ parts, findings, hasCertificate, hasMatch }: PartsSituation): Finding[] {
  const isHidden = (...alone: FindingCode[]) => findings.some(({ code }) => [...hiding, ...alone].includes(code));
  const others = parts.others.map(({ what }) => what);
  const hasKey = parts.keys.length > 0;
  const missing: Finding[] = [];
  if (!hasCertificate && !isHidden("broken_certificate")) {
    missing.push(finding("no_certificate", { found: listFound(hasKey ? ["a private key", ...others] : others) }));
  }
  if (isHidden("broken_key", "unsupported_key")) return missing;
  if (!hasKey) {
    missing.push(
      finding("no_private_key", { found: listFound(hasCertificate ? ["a certificate", ...others] : others) }),
    );
  } else if (hasCertificate && !hasMatch) missing.push(findMismatch(parts.keys));
  return missing;
}

/** Tells that none of the keys is that of a certificate. */
export function findMismatch(keys: readonly FoundKey[]): Finding {
  return finding("key_mismatch", { keys: keys.length }, keys.length === 1 ? keys[0]!.origin.file : null);
}

function listFound(found: readonly string[]): string[] {
  return [...new Set(found)].slice(0, MAX_FOUND);
}
