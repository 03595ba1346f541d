/** Lists of patterns of domains, as operators give them. */
import type { ConfigViolation } from "../error/mod.ts";
import { canonicalDomainPattern, domainPatternRule } from "./domain_pattern.ts";

/** A list of patterns, or all of them in a text, commas between them. */
export type GivenPatterns = string | readonly string[];

/** Patterns that one list of a rule may have. */
export const maxPatterns = 1000;

/** As much of a refused pattern as is repeated. */
const longestQuote = 100;

/** Patterns in canonical form, each once, and all that was wrong with what was given for `key`. */
export function readPatterns(
  key: string,
  given: GivenPatterns,
): { readonly patterns: readonly string[]; readonly violations: readonly ConfigViolation[] } {
  const texts = (typeof given === "string" ? [given] : given).flatMap((text) => text.split(","));
  if (texts.length === 0 || texts.length > maxPatterns) {
    const rule = `must be 1 to ${maxPatterns} patterns`;
    return { patterns: [], violations: [{ key, value: `a list of ${texts.length}`, rule }] };
  }
  const read = texts.map((text) => ({ text, pattern: canonicalDomainPattern(text) }));
  return {
    patterns: [...new Set(read.flatMap(({ pattern }) => pattern ?? []))],
    violations: read
      .filter(({ pattern }) => pattern === null)
      .map(({ text }) => ({ key, value: JSON.stringify(text.slice(0, longestQuote)), rule: domainPatternRule })),
  };
}
