import assert from "node:assert/strict";
import { test } from "node:test";
import { normalizeUserName } from "../../../core/access/smtp_user_name.ts";

test("normalizeUserName makes no difference between cases, nor between ways to compose a letter", () => {
  assert.equal(normalizeUserName("Printer@Example.ORG"), "printer@example.org");
  assert.equal(normalizeUserName("Büro".normalize("NFD")), "büro".normalize("NFC"));
  assert.equal(normalizeUserName("ÅNGSTRÖM"), normalizeUserName("a\u030angstro\u0308m"));
});

test("normalizeUserName takes 1 to 128 characters, however many units they have", () => {
  assert.equal(normalizeUserName("🖨".repeat(128)), "🖨".repeat(128));
  for (const wrong of ["", "x".repeat(129), "🖨".repeat(129)]) assert.equal(normalizeUserName(wrong), null);
});

for (const wrong of ["a b", " a", "a\n", "a\0", "a\u00a0b", "a\u200bb", "a\u202eb", "\ud83d", "a\u0085", "a\ue000"]) {
  test(`normalizeUserName refuses ${JSON.stringify(wrong)}`, () => {
    assert.equal(normalizeUserName(wrong), null);
  });
}

test("normalizeUserName takes no time over a text that is too long", () => {
  const startedAtMs = performance.now();
  assert.equal(normalizeUserName(`a${"\u0301".repeat(40_000)}${"\u0316".repeat(40_000)}`), null);
  assert.ok(performance.now() - startedAtMs < 1000);
});
