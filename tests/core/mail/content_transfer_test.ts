import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeBase64, encodeQuotedPrintable } from "../../../core/mail/content_transfer.ts";
import { bytesOf, textOf } from "./message_text.ts";

function quotedPrintable(text: string): string {
  return textOf(encodeQuotedPrintable(text));
}

/** RFC 2045 section 6.7, read backwards. */
function decodeQuotedPrintable(text: string): string {
  const bytes = bytesOf(
    text.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
  );
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

const cases: readonly (readonly [text: string, encoded: string])[] = [
  ["", ""],
  ["plain", "plain"],
  ["a=b", "a=3Db"],
  ["ü", "=C3=BC"],
  ["a\nb\rc\r\nd", "a\r\nb\r\nc\r\nd"],
  ["a \nb\t\r\nc ", "a=20\r\nb=09\r\nc=20"],
  ["a b\tc", "a b\tc"],
  ["\0\x7f\ufeff", "=00=7F=EF=BB=BF"],
  ["\r\r\n\n", "\r\n\r\n\r\n"],
];

for (const [text, encoded] of cases) {
  test(`encodeQuotedPrintable writes ${JSON.stringify(text)} as ${JSON.stringify(encoded)}`, () => {
    assert.equal(quotedPrintable(text), encoded);
  });
}

test("encodeQuotedPrintable keeps lines to 76 columns, and texts over many pieces whole", () => {
  const text = `${"x".repeat(77)}\r\n${"ü".repeat(100)} ${"= ".repeat(100)}\r\n`.repeat(500);
  const encoded = quotedPrintable(text);
  for (const line of encoded.split("\r\n")) assert.ok(line.length <= 76, line);
  assert.equal(decodeQuotedPrintable(encoded), text);
});

test("encodeQuotedPrintable never writes =_, with which boundaries start", () => {
  assert.doesNotMatch(quotedPrintable("=_ --=_mixed =\n_"), /=_/);
});

/** RFC 4648 section 10. */
const vectors: readonly (readonly [text: string, encoded: string])[] = [
  ["", ""],
  ["f", "Zg=="],
  ["fo", "Zm8="],
  ["foo", "Zm9v"],
  ["foob", "Zm9vYg=="],
  ["fooba", "Zm9vYmE="],
  ["foobar", "Zm9vYmFy"],
];

for (const [text, encoded] of vectors) {
  test(`encodeBase64 writes ${JSON.stringify(text)} as ${JSON.stringify(encoded)}`, () => {
    assert.equal(textOf(encodeBase64(bytesOf(text))), encoded);
  });
}

test("encodeBase64 writes what btoa writes, in lines of 76 columns", () => {
  for (const length of [56, 57, 58, 114, 22_799, 22_800, 22_801, 100_000]) {
    const content = Uint8Array.from({ length }, (_, i) => (i * 31) ^ (i >> 8));
    const lines = btoa(textOf([content])).match(/.{1,76}/g)!;
    assert.equal(textOf(encodeBase64(content)), lines.join("\r\n"), `${length} bytes`);
  }
});

test("encodeBase64 yields pieces, not the whole", () => {
  for (const piece of encodeBase64(new Uint8Array(1_000_000))) assert.ok(piece.length <= 32_768);
});
