/** Patterns of domains: which senders and recipients a routing rule is about. */
import { parseDomain } from "../mail/address.ts";

/** The rule, as the end of a sentence. */
export const domainPatternRule =
  "must be a domain such as example.org, all below one as in *.example.org, or * for all";

/** Longest text that is read as a pattern: a domain in Unicode, and a little. */
const longestPattern = 300;

/**
 * The canonical form of a pattern, or `null` when it is none.
 *
 * `example.org` is that domain alone, and so is a domain literal (`[192.0.2.1]`); `*.example.org` is all below it and not
 * the domain itself; `*` is all. Domains become A-labels in lower case.
 */
export function canonicalDomainPattern(text: string): string | null {
  const pattern = text.trim();
  if (pattern === "*" || pattern.length > longestPattern) return pattern === "*" ? pattern : null;
  const isBelow = pattern.startsWith("*.");
  const domain = parseDomain(isBelow ? pattern.slice(2) : pattern);
  // An address has no parts that others are below.
  if (domain === null || (isBelow && domain.startsWith("["))) return null;
  return isBelow ? `*.${domain}` : domain;
}

/**
 * All canonical patterns that fit an address as an envelope holds it. What has no domain, as the null sender and `postmaster`,
 * is fitted by `*` alone; a domain literal has nothing above it.
 */
export function fittingPatterns(address: string): string[] {
  const at = address.lastIndexOf("@");
  if (at === -1) return ["*"];
  const domain = address.slice(at + 1);
  const patterns = ["*", domain];
  if (domain.startsWith("[")) return patterns;
  for (let dot = domain.indexOf("."); dot !== -1; dot = domain.indexOf(".", dot + 1)) {
    patterns.push(`*${domain.slice(dot)}`);
  }
  return patterns;
}
