/** Which senders a user may name: exact addresses, whole domains, or all below one. */
import { parseDomain, parsePath } from "../mail/address.ts";

/** Longest text that is read as a pattern: an address and a little. */
const longestPattern = 320;

/** The rule, as the end of a sentence. */
export const senderPatternRule = "must be an address, or a domain such as example.org or *.example.org";

/**
 * The canonical form of a pattern, or `null` when it is none.
 *
 * `me@example.org` is one address. `example.org`, `@example.org` and `*@example.org` are every address of the domain, and
 * become `*@example.org`. `*.example.org`, alone or behind `@` or `*@`, is every address of the domains below it and not of
 * itself, and becomes `*@*.example.org`. Domains become A-labels in lower case.
 */
export function canonicalSenderPattern(text: string): string | null {
  const pattern = text.trim();
  if (pattern.length > longestPattern) return null;
  const domainPart = /^(?:\*?@)?([^@]+)$/.exec(pattern)?.[1];
  // A star within an address is legal, and never what is meant.
  if (domainPart === undefined) return pattern.includes("@") && !pattern.includes("*") ? parsePath(pattern) : null;
  const isBelow = domainPart.startsWith("*.");
  const domain = parseDomain(isBelow ? domainPart.slice(2) : domainPart);
  return domain === null ? null : `*@${isBelow ? "*." : ""}${domain}`;
}

/**
 * Whether one of the canonical `patterns` matches `sender`, an address that `parsePath` has returned. Its domain is in lower
 * case by then; the part before it is compared as it is (RFC 5321 section 2.4).
 */
export function matchesSender(patterns: readonly string[], sender: string): boolean {
  const domain = sender.slice(sender.lastIndexOf("@") + 1);
  return patterns.some((pattern) => {
    if (pattern.startsWith("*@*.")) return domain.endsWith(pattern.slice(3));
    return pattern.startsWith("*@") ? pattern.slice(2) === domain : pattern === sender;
  });
}
