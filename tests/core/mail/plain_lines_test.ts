import assert from "node:assert/strict";
import { test } from "node:test";
import { PlainLines } from "../../../core/mail/plain_lines.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** What is said of each chunk of one message. */
function verdicts(...chunks: readonly string[]): boolean[] {
  const lines = new PlainLines();
  return chunks.map((chunk) => lines.isPlain(bytesOf(chunk)));
}

test("PlainLines takes dots inside lines and whole newlines for plain", () => {
  assert.deepEqual(verdicts("a.b..c.\r\n", "", "\r\nd.\r\n"), [true, true, true]);
  assert.deepEqual(verdicts("a", ".b\r", "\n", "c."), [true, true, true, true]);
});

test("PlainLines sees a dot at the start of a line, of the message and of a chunk", () => {
  for (const chunks of [[".a"], ["."], ["a\r\n.b"], ["a.b.c\r\n.\r\n"]]) assert.deepEqual(verdicts(...chunks), [false]);
  assert.deepEqual(verdicts("a\r\n", ".b"), [true, false]);
  assert.deepEqual(verdicts("a\r\n", "", ".b", "c.\r\n"), [true, true, false, true]);
});

test("PlainLines sees bare newlines, of which a CR at the end of a chunk is none before the next one tells", () => {
  for (const chunk of ["a\nb", "a\rb", "\n", "a\r\r\n", "a\n.\r\n"]) assert.deepEqual(verdicts(chunk), [false], chunk);
  assert.deepEqual(verdicts("a\r", "b"), [true, false]);
  assert.deepEqual(verdicts("a\r", ".\r"), [true, false]);
});
