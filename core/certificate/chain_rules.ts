/** What the chain of a certificate has to be like, and what was put right in it. Pure. */
import { type Finding, finding } from "./finding.ts";
import { judgeKey } from "./key_rule.ts";
import type { Origin } from "./material.ts";
import type { OrderedChain } from "./order_chain.ts";
import { isSelfIssued, labelCertificate, type ParsedCertificate } from "./parsed_certificate.ts";
import { isWeakHash } from "./signature_algorithm.ts";

/** A certificate, and where it was found. */
export interface GivenCertificate extends ParsedCertificate {
  readonly origin: Origin;
}

/** A chain, and what it is held against. */
export interface ChainSituation {
  readonly chain: OrderedChain<GivenCertificate>;
  /** All certificates that were found, once each. */
  readonly given: readonly GivenCertificate[];
  readonly nowMs: number;
}

/** Holds a chain against all rules that do not depend on what else was given. */
export function judgeChain(situation: ChainSituation): Finding[] {
  const [, ...issuers] = situation.chain.certificates;
  return [
    ...issuers.flatMap((issuer) => judgeIssuer(issuer, situation.nowMs)),
    ...findGap(situation.chain),
    ...findDisorder(situation.chain),
    ...findRoots(situation).map((root) =>
      finding("root_included", { subject: labelCertificate(root) }, root.origin.file),
    ),
  ];
}

/** Tells which certificates are left out because they have nothing to do with the chain. */
export function findUnrelated(situation: ChainSituation): Finding[] {
  const related = new Set([...situation.chain.certificates, ...findRoots(situation)]);
  return situation.given
    .filter((certificate) => !related.has(certificate))
    .map((certificate) => {
      const facts = { subject: labelCertificate(certificate), notAfter: certificate.notAfter };
      return finding("unrelated_certificate", facts, certificate.origin.file);
    });
}

function judgeIssuer(issuer: GivenCertificate, nowMs: number): Finding[] {
  const { publicKey, signature, notAfter, origin } = issuer;
  const { hash } = signature.algorithm;
  const subject = labelCertificate(issuer);
  const findings = [judgeKey(publicKey, publicKey.standingInChain, subject, origin.file)];
  if (nowMs > Date.parse(notAfter)) findings.push(finding("chain_expired", { subject, notAfter }, origin.file));
  if (isWeakHash(hash)) findings.push(finding("chain_weak_signature", { subject, algorithm: hash }, origin.file));
  return findings.filter((found) => found !== null);
}

/**
 * Public roots are not known here, and are not sent. So a chain may end at a certificate whose issuer is not there, but a
 * leaf alone may not: authorities sign with intermediate certificates.
 */
function findGap({ certificates, root, isSelfSigned }: OrderedChain<GivenCertificate>): Finding[] {
  const [leaf] = certificates;
  if (leaf === undefined || isSelfSigned || certificates.length > 1 || root !== null) return [];
  return [finding("chain_incomplete", { issuer: leaf.issuer || "that has no name" }, leaf.origin.file)];
}

/**
 * Order means something within a PEM file: the certificates of PFX and PKCS#7 files are sets, and files are given as they
 * come.
 */
function findDisorder({ certificates, root }: OrderedChain<GivenCertificate>): Finding[] {
  const reached = new Map<string, number>();
  for (const { origin } of root === null ? certificates : [...certificates, root]) {
    if (origin.line === null) continue;
    if (origin.line < (reached.get(origin.file) ?? 0)) return [finding("chain_reordered", {}, origin.file)];
    reached.set(origin.file, origin.line);
  }
  return [];
}

/** The root at the end of the chain, and the roots that stand for an issuer in it which is there cross-signed. */
function findRoots({ chain: { certificates, root }, given }: ChainSituation): GivenCertificate[] {
  const [, ...issuers] = certificates;
  return given.filter(
    (certificate) =>
      certificate === root ||
      (isSelfIssued(certificate) &&
        !issuers.includes(certificate) &&
        issuers.some(({ subjectId, publicKey }) => {
          return subjectId === certificate.subjectId && publicKey.id === certificate.publicKey.id;
        })),
  );
}
