/** What the key of a certificate has to be like for the certificate to be served. Pure. */
import { type Finding, finding } from "./finding.ts";
import type { KeyStanding, PublicKeyReading } from "./public_key.ts";

/**
 * Returns what is wrong with a key, if anything.
 *
 * @param standing The one that counts in the key's place.
 * @param subject Of the issuer in the chain whose key it is; `null` for the leaf's own.
 */
export function judgeKey(
  { facts, name }: PublicKeyReading,
  standing: KeyStanding,
  subject: string | null,
  file: string,
): Finding | null {
  if (standing === "weak" && facts?.type === "RSA") return finding("weak_key", { bits: facts.size, subject }, file);
  return standing === "good" ? null : finding("unsupported_key", { key: name, subject }, file);
}
