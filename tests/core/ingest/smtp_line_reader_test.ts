import assert from "node:assert/strict";
import { test } from "node:test";
import { SmtpLineReader } from "../../../core/ingest/smtp_line_reader.ts";
import { bytesOf, textOf } from "../mail/message_text.ts";

/** The lines that chunks hold: their text, or why each can't be taken in angle brackets. */
function readLines(chunks: readonly string[], isAuthExchange = false): string[] {
  const reader = new SmtpLineReader();
  const lines: string[] = [];
  for (const chunk of chunks) {
    reader.push(bytesOf(chunk));
    for (let line = reader.next(isAuthExchange); line !== null; line = reader.next(isAuthExchange)) {
      lines.push(line.kind === "line" ? textOf([line.bytes]) : `<${line.kind}>`);
    }
  }
  return lines;
}

const cases: readonly (readonly [fact: string, sent: string, lines: readonly string[]])[] = [
  ["cuts at CR LF", "NOOP\r\n\r\nQUIT\r\n", ["NOOP", "", "QUIT"]],
  ["waits for the end of a line", "NOOP\r\nQUIT", ["NOOP"]],
  ["keeps every other byte", "\0\x7f\xff \t\r\n", ["\0\x7f\xff \t"]],
  ["refuses a bare LF at once", "NOOP\n", ["<bare_newline>"]],
  [
    "refuses all up to the next CR LF with it",
    "A\nB\nC\r\nD\r\n",
    ["<bare_newline>", "<bare_newline>", "<bare_newline>", "D"],
  ],
  ["refuses a bare CR with its line", "A\rB\r\nC\r\n", ["<bare_newline>", "C"]],
  ["refuses CR CR LF", "A\r\r\nB\r\n", ["<bare_newline>", "B"]],
];

for (const [fact, sent, lines] of cases) {
  test(`SmtpLineReader ${fact}, however the bytes are cut`, () => {
    assert.deepEqual(readLines([sent]), lines);
    assert.deepEqual(readLines([...sent]), lines);
    for (let at = 1; at < sent.length; at++) assert.deepEqual(readLines([sent.slice(0, at), sent.slice(at)]), lines);
  });
}

const x = (count: number) => "x".repeat(count);

test("SmtpLineReader takes a line of 4096 bytes and none that is longer, however the bytes are cut", () => {
  for (const cut of [1, 100, 4095, 100_000]) {
    const chunks = (text: string) => text.match(new RegExp(`[^]{1,${cut}}`, "g")) ?? [];
    assert.deepEqual(readLines(chunks(`${x(4094)}\r\nNOOP\r\n`)), [x(4094), "NOOP"]);
    assert.deepEqual(readLines(chunks(`${x(4095)}\r\nNOOP\r\n`)), ["<too_long>", "NOOP"]);
    assert.deepEqual(readLines(chunks(`${x(50_000)}\r\nNOOP\r\n`)), ["<too_long>", "NOOP"]);
  }
});

test("SmtpLineReader takes 12,288 bytes of AUTH and of what it asks for", () => {
  assert.deepEqual(readLines([`auth ${x(12_281)}\r\n`]), [`auth ${x(12_281)}`]);
  assert.deepEqual(readLines([`AUTH ${x(12_282)}\r\n`]), ["<too_long>"]);
  assert.deepEqual(readLines([`${x(12_286)}\r\n`], true), [x(12_286)]);
  assert.deepEqual(readLines([`${x(12_287)}\r\n`], true), ["<too_long>"]);
});

test("SmtpLineReader knows the end of a line that is too long in two chunks", () => {
  assert.deepEqual(readLines([`${x(20_000)}\r`, "\nNOOP\r\n"]), ["<too_long>", "NOOP"]);
  assert.deepEqual(readLines([`${x(20_000)}\r`, "x\nNOOP\r\nQUIT\r\n"]), ["<too_long>", "<bare_newline>", "QUIT"]);
});

test("SmtpLineReader hands over what follows the last line that was read", () => {
  const reader = new SmtpLineReader();
  reader.push(bytesOf("DATA\r\nHello\r\n"));
  reader.next(false);
  assert.equal(textOf([reader.takeRest()]), "Hello\r\n");
  assert.equal(reader.next(false), null);
});
