import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalSenderPattern, matchesSender } from "../../../core/access/sender_pattern.ts";

for (const [given, canonical] of [
  ["me@example.org", "me@example.org"],
  [" Me@EXAMPLE.org ", "Me@example.org"],
  ["example.org", "*@example.org"],
  ["@Example.ORG", "*@example.org"],
  ["*@example.org", "*@example.org"],
  ["*.example.org", "*@*.example.org"],
  ["@*.example.org", "*@*.example.org"],
  ["*@*.example.org", "*@*.example.org"],
  ["bücher.example", "*@xn--bcher-kva.example"],
  ['"a@b"@example.org', '"a@b"@example.org'],
] as const) {
  test(`canonicalSenderPattern takes ${JSON.stringify(given)} for ${canonical}`, () => {
    assert.equal(canonicalSenderPattern(given), canonical);
    assert.equal(canonicalSenderPattern(canonical), canonical);
  });
}

const long = `${"a".repeat(64)}@${"b".repeat(400)}`;
for (const wrong of ["", "*", "@", "*@", "*.", "a*@example.org", "*.*.org", "me@*.example.org", "exa mple.org", long]) {
  test(`canonicalSenderPattern takes ${JSON.stringify(wrong.slice(0, 20))} for none`, () => {
    assert.equal(canonicalSenderPattern(wrong), null);
  });
}

for (const [pattern, sender, matches] of [
  ["me@example.org", "me@example.org", true],
  ["me@example.org", "you@example.org", false],
  ["me@example.org", "ME@example.org", false],
  ["*@example.org", "me@example.org", true],
  ["*@example.org", "me@sub.example.org", false],
  ["*@example.org", "me@badexample.org", false],
  ["*@example.org", '"x@example.com"@example.org', true],
  ["*@example.com", '"x@example.com"@example.org', false],
  ["*@*.example.org", "me@a.b.example.org", true],
  ["*@*.example.org", "me@example.org", false],
  ["*@*.example.org", "me@badexample.org", false],
] as const) {
  test(`matchesSender says that ${pattern} ${matches ? "matches" : "does not match"} ${sender}`, () => {
    assert.equal(matchesSender(["other@example.net", pattern], sender), matches);
  });
}
