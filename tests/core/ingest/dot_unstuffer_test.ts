import assert from "node:assert/strict";
import { test } from "node:test";
import { DotUnstuffer, type FindDotLine } from "../../../core/ingest/dot_unstuffer.ts";
import { bytesOf, textOf } from "../mail/message_text.ts";

const find: FindDotLine = (bytes, from) => textOf([bytes]).indexOf("\r\n.", from);

/** What comes out of chunks that follow one another: the content, and what is left after the end; `null` without an end. */
function unstuff(chunks: readonly string[]): { content: string; rest: string | null } {
  const unstuffer = new DotUnstuffer(find);
  let content = "";
  for (const [index, chunk] of chunks.entries()) {
    const unstuffed = unstuffer.push(bytesOf(chunk));
    content += textOf([unstuffed.content]);
    const { endedAt } = unstuffed;
    if (endedAt >= 0) return { content, rest: chunk.slice(endedAt) + chunks.slice(index + 1).join("") };
  }
  return { content, rest: null };
}

/** RFC 5321 section 4.5.2 in one expression each. */
function unstuffByRule(sent: string): { content: string; rest: string } {
  const lines = `\r\n${sent}`;
  const end = lines.indexOf("\r\n.\r\n");
  const content = lines.slice(0, end + 2).replaceAll("\r\n.", "\r\n");
  return { content: content.slice(2), rest: lines.slice(end + 5) };
}

/** Every text of up to six of the bytes that matter and one that does not. */
function* everyText(length = 6): Generator<string> {
  if (length === 0) return yield "";
  for (const start of everyText(length - 1)) for (const byte of "\r\n.x") yield start + byte;
}

test("DotUnstuffer takes every dot at the start of a line, and no other, however the bytes are cut", () => {
  for (const text of everyText()) {
    const sent = `${text}\r\n.\r\nNOOP\r\n`;
    const expected = unstuffByRule(sent);
    const cuts = Array.from({ length: text.length + 5 }, (_, at) => [sent.slice(0, at), sent.slice(at)]);
    for (const chunks of [[...sent], ...cuts.map((cut) => cut.filter(Boolean))]) {
      assert.deepEqual(unstuff(chunks), expected, JSON.stringify(chunks));
    }
  }
});

test("DotUnstuffer passes on a chunk without a line that starts with a dot as it is", () => {
  const chunk = bytesOf("a.b\r\n c..\r\n\n.d");
  const unstuffer = new DotUnstuffer(find);
  assert.equal(unstuffer.push(chunk).content, chunk);
  assert.equal(unstuffer.push(chunk).content, chunk);
});

test("DotUnstuffer does not copy the last chunk either", () => {
  const chunk = bytesOf("end\r\n.\r\nQUIT\r\n");
  assert.equal(new DotUnstuffer(find).push(chunk).content.buffer, chunk.buffer);
});

test("DotUnstuffer leaves the bytes that it was given as they are", () => {
  const chunk = bytesOf("a\r\n..b\r\n..c\r\n");
  new DotUnstuffer(find).push(chunk);
  assert.equal(textOf([chunk]), "a\r\n..b\r\n..c\r\n");
});

test("DotUnstuffer holds back what may be the end, and nothing else", () => {
  const unstuffer = new DotUnstuffer(find);
  const passedOn = ["a\r\n", ".", "\r", "\r", "\n", "."].map((chunk) =>
    textOf([unstuffer.push(bytesOf(chunk)).content]),
  );
  assert.deepEqual(passedOn, ["a\r\n", "", "", "\r\r", "\n", ""]);
});
