import assert from "node:assert/strict";
import { test } from "node:test";
import { isDispatchError } from "../../../core/error/mod.ts";
import { NewlineNormalizer } from "../../../core/mail/newline_normalizer.ts";
import { bytesOf, textOf } from "./message_text.ts";

/** What the normaliser is to do, said by a regular expression over the whole text. */
function normalized(text: string): string {
  return text.replace(/\r\n|\r|\n/g, "\r\n");
}

function normalize(chunks: readonly Uint8Array[]): string {
  const normalizer = new NewlineNormalizer("normalize");
  const parts = chunks.map((chunk) => normalizer.push(chunk));
  const last = normalizer.end();
  return textOf(last === null ? parts : [...parts, last]);
}

const newlines = [
  "a\r\nb",
  "a\nb",
  "a\rb",
  "\n",
  "\r",
  "\r\r\n",
  "\n\r",
  "\n\n\r\r",
  "\r\n\r\n",
  "a\0\x0b\x0c\x0e\r",
  "",
];

for (const text of newlines) {
  test(`NewlineNormalizer turns ${JSON.stringify(text)} into ${JSON.stringify(normalized(text))}`, () => {
    assert.equal(normalize([bytesOf(text)]), normalized(text));
  });
}

test("NewlineNormalizer does the same wherever the chunks are cut, and however they are aligned", () => {
  const text = `${newlines.join("x")}${"y".repeat(20)}${newlines.join("")}`;
  // One byte off: typed arrays of four bytes can't start there.
  const bytes = bytesOf(` ${text}`).subarray(1);
  for (let first = 0; first <= bytes.length; first++) {
    for (let second = first; second <= bytes.length; second++) {
      const chunks = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
      assert.equal(normalize(chunks), normalized(text), `cut at ${first} and ${second}`);
    }
  }
});

test("NewlineNormalizer finds the one bare newline among many whole ones, at every place", () => {
  for (const bare of ["\r", "\n"]) {
    for (let at = 0; at < 40; at++) {
      const text = `${"x".repeat(at)}${bare}${"x".repeat(40 - at)}\r\n`;
      assert.equal(normalize([bytesOf(text)]), normalized(text), `${JSON.stringify(bare)} at ${at}`);
    }
  }
});

test("NewlineNormalizer passes on the very same chunk when nothing is to be done", () => {
  const chunk = bytesOf("line\r\n".repeat(1000));
  assert.equal(new NewlineNormalizer("normalize").push(chunk), chunk);
});

test("NewlineNormalizer takes a CR and an LF in two chunks for one CRLF, and copies neither", () => {
  const normalizer = new NewlineNormalizer("reject");
  const [first, second] = [bytesOf("a\r"), bytesOf("\nb")];
  assert.equal(normalizer.push(first), first);
  assert.equal(normalizer.push(second), second);
  assert.equal(normalizer.end(), null);
});

test("NewlineNormalizer refuses bare newlines in the mode reject", () => {
  for (const text of ["a\nb", "a\rb", "a\r\n\r", "\r\n\n"]) {
    const normalizer = new NewlineNormalizer("reject");
    assert.throws(
      () => {
        for (const byte of bytesOf(text)) normalizer.push(Uint8Array.of(byte));
        normalizer.end();
      },
      (error) => isDispatchError(error, "bare_newline"),
      JSON.stringify(text),
    );
  }
});
