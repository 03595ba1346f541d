/** Which of several certificates is the one for the server. Pure. */
import { isSelfIssued, isValidAt, type ParsedCertificate } from "./parsed_certificate.ts";
import { rankByFaults } from "./ranking.ts";

/**
 * Returns the certificate among `candidates` that is for the server: rather one that issued none of `all`, is valid now,
 * was issued by another, and is no authority's; of those the one that is valid the longest. So the new certificate wins
 * over the one that it renews, and the server's over that of an authority whose key came along.
 *
 * @param candidates At least one.
 */
export function chooseLeaf<C extends ParsedCertificate>(candidates: readonly C[], all: readonly C[], nowMs: number): C {
  const issued = all.filter((certificate) => !isSelfIssued(certificate));
  const issuers = new Set(issued.map(({ issuerId }) => issuerId));
  const [leaf] = rankByFaults(candidates, (certificate) => [
    issuers.has(certificate.subjectId) ? 1 : 0,
    isValidAt(certificate, nowMs) ? 0 : 1,
    isSelfIssued(certificate) ? 1 : 0,
    certificate.extensions.isCa ? 1 : 0,
    -Date.parse(certificate.notAfter),
  ]);
  return leaf!;
}
