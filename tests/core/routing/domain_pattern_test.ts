import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { canonicalDomainPattern, fittingPatterns } from "../../../core/routing/domain_pattern.ts";

describe("canonicalDomainPattern", () => {
  const taken: readonly (readonly [string, string])[] = [
    ["*", "*"],
    [" Example.ORG ", "example.org"],
    ["*.Example.org", "*.example.org"],
    ["*.org", "*.org"],
    ["localhost", "localhost"],
    ["Bücher.example", "xn--bcher-kva.example"],
    ["*.bücher.example", "*.xn--bcher-kva.example"],
    ["[192.0.2.1]", "[192.0.2.1]"],
    ["[ipv6:2001:DB8::1]", "[IPv6:2001:db8::1]"],
  ];
  for (const [text, pattern] of taken) {
    it(`takes ${text}`, () => assert.equal(canonicalDomainPattern(text), pattern));
  }

  const refused = [
    "",
    "**",
    "*.",
    "*.*.example.org",
    "*example.org",
    "a.*.example.org",
    ".example.org",
    "example.org.",
    "a..example.org",
    "me@example.org",
    "@example.org",
    "exam ple.org",
    "*.[192.0.2.1]",
    "[192.0.2.999]",
    `${"a".repeat(64)}.example`,
    `${"a.".repeat(200)}example`,
    "a,b",
    "a\nb",
    "\0",
  ];
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text).slice(0, 40)}`, () => assert.equal(canonicalDomainPattern(text), null));
  }
});

describe("fittingPatterns", () => {
  it("is the domain, all that is above it, and *", () => {
    assert.deepEqual(fittingPatterns("me@a.example.org"), ["*", "a.example.org", "*.example.org", "*.org"]);
  });

  it("is * alone for the null sender and for postmaster", () => {
    assert.deepEqual(fittingPatterns(""), ["*"]);
    assert.deepEqual(fittingPatterns("postmaster"), ["*"]);
  });

  it("has nothing above a domain literal", () => {
    assert.deepEqual(fittingPatterns("me@[192.0.2.1]"), ["*", "[192.0.2.1]"]);
  });
});
