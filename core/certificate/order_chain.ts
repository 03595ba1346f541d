/** Puts the certificates of a chain in their order: each one is followed by the one that signed it. Touches WebCrypto only. */
import { isSelfIssued, isValidAt, type ParsedCertificate } from "./parsed_certificate.ts";
import { rankByFaults } from "./ranking.ts";
import { isSelfSigned, verifySignature } from "./signature.ts";

/** Bounds the work on certificates that all claim to be each other's issuer. */
const MAX_VERIFICATIONS = 64;

/** A chain as it was found. */
export interface OrderedChain<C extends ParsedCertificate> {
  /** The leaf, then the issuers that are served with it: without the root, unless the leaf is its own. */
  readonly certificates: readonly C[];
  /** The self-signed certificate at the end of the chain; `null` when it is not there, or is the leaf. */
  readonly root: C | null;
  /** Whether the leaf signed itself. */
  readonly isSelfSigned: boolean;
}

/**
 * Follows the chain from `leaf` through `others`, which may be in any order and have nothing to do with it.
 *
 * An issuer is the certificate that has the issuer's name and whose key verifies the signature; where WebCrypto can't
 * verify it, the name and the key identifiers have to do. Of several with the same key, as with cross-signed issuers, one
 * that is valid now is taken, and rather one that leads on than a root, for the clients that it was added for.
 */
export async function orderChain<C extends ParsedCertificate>(
  crypto: Crypto,
  leaf: C,
  others: readonly C[],
  nowMs: number,
): Promise<OrderedChain<C>> {
  const budget = { verifications: MAX_VERIFICATIONS };
  const waiting = new Set(others);
  const certificates = [leaf];
  for (let last = leaf; !(await isSelfSigned(crypto, last)); ) {
    const issuer = await findIssuer(crypto, last, rankIssuers(last, [...waiting], nowMs), budget);
    if (issuer === null) return { certificates, root: null, isSelfSigned: false };
    waiting.delete(issuer);
    certificates.push(issuer);
    last = issuer;
  }
  if (certificates.length === 1) return { certificates, root: null, isSelfSigned: true };
  const root = certificates.pop()!;
  return { certificates, root, isSelfSigned: false };
}

/** Returns those that have the issuer's name, the best first. */
function rankIssuers<C extends ParsedCertificate>(subject: C, others: readonly C[], nowMs: number): C[] {
  const named = others.filter(({ subjectId }) => subjectId === subject.issuerId);
  return rankByFaults(named, (issuer) => [
    isValidAt(issuer, nowMs) ? 0 : 1,
    isSelfIssued(issuer) ? 1 : 0,
    haveMatchingKeyIds(subject, issuer) ? 0 : 1,
    -Date.parse(issuer.notAfter),
  ]);
}

async function findIssuer<C extends ParsedCertificate>(
  crypto: Crypto,
  subject: C,
  candidates: readonly C[],
  budget: { verifications: number },
): Promise<C | null> {
  let likely: C | null = null;
  for (const candidate of candidates) {
    budget.verifications -= 1;
    if (budget.verifications < 0) break;
    const verdict = await verifySignature(crypto, subject, candidate);
    if (verdict === "valid") return candidate;
    if (verdict === "unknown" && haveMatchingKeyIds(subject, candidate)) likely ??= candidate;
  }
  return likely;
}

/** Whether the key identifiers are the same, as far as they are there: they are hints that anybody can write. */
function haveMatchingKeyIds(subject: ParsedCertificate, issuer: ParsedCertificate): boolean {
  const [wanted, found] = [subject.extensions.authorityKeyId, issuer.extensions.subjectKeyId];
  return wanted === null || found === null || wanted === found;
}
