import assert from "node:assert/strict";
import { test } from "node:test";
import { isDispatchError } from "../../../core/error/mod.ts";
import { type CollectedHeaders, HeaderCollector, maxHeaderBytes } from "../../../core/mail/header_collector.ts";
import { fieldValue, withoutFields } from "../../../core/mail/header_section.ts";
import { bytesOf, textOf } from "./message_text.ts";

function collect(text: string, chunkBytes = text.length): { collected: CollectedHeaders; unread: string } {
  const collector = new HeaderCollector();
  const bytes = bytesOf(text);
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const collected = collector.push(bytes.subarray(at, at + chunkBytes));
    if (collected !== null) return { collected, unread: text.slice(at + chunkBytes) };
  }
  return { collected: collector.end(), unread: "" };
}

/** Text, and the part of it that is header section. */
const sections: readonly (readonly [text: string, section: string])[] = [
  ["A: 1\r\nB: 2\r\n\r\nbody\r\n\r\nC: 3\r\n", "A: 1\r\nB: 2\r\n"],
  ["A: 1\r\n folded\r\n\r\n", "A: 1\r\n folded\r\n"],
  ["A: 1\r\nB: 2\r\n", "A: 1\r\nB: 2\r\n"],
  ["A: 1", "A: 1"],
  ["A : 1\r\n\r\n", "A : 1\r\n"],
  ["A:\r\n\r\n", "A:\r\n"],
  ["A: 1\r\nthis is no field\r\nB: 2\r\n\r\nbody", "A: 1\r\nthis is no field\r\nB: 2\r\n"],
  ["From alice Sun Nov 22 11:00:00 2026\r\nA: 1\r\n\r\nbody", "From alice Sun Nov 22 11:00:00 2026\r\nA: 1\r\n"],
  ["", ""],
  ["\r\nA: 1\r\n\r\n", ""],
  ["body only\r\nA: 1\r\n\r\n", ""],
  ["body", ""],
  [" A: 1\r\n\r\n", ""],
  [": 1\r\n\r\n", ""],
  ["\0: 1\r\n\r\n", ""],
];

for (const [text, section] of sections) {
  test(`HeaderCollector ends the section of ${JSON.stringify(text)} after ${JSON.stringify(section)}`, () => {
    for (let chunkBytes = 1; chunkBytes <= text.length + 1; chunkBytes++) {
      const { collected, unread } = collect(text, chunkBytes);
      assert.equal(textOf([collected.section.bytes]), section, `in chunks of ${chunkBytes}`);
      assert.equal(textOf([collected.rest]) + unread, text.slice(section.length), `in chunks of ${chunkBytes}`);
    }
  });
}

test("HeaderCollector copies nothing when the section comes in one chunk", () => {
  const chunk = bytesOf("A: 1\r\n\r\nbody");
  const collected = new HeaderCollector().push(chunk);
  assert.equal(collected?.section.bytes.buffer, chunk.buffer);
  assert.equal(collected?.rest.buffer, chunk.buffer);
});

test("HeaderCollector decides after 998 bytes that a first line without a colon is no field", () => {
  const collector = new HeaderCollector();
  assert.equal(collector.push(bytesOf("a".repeat(997))), null);
  assert.equal(textOf([collector.push(bytesOf("a"))!.rest]), "a".repeat(998));
});

test("HeaderCollector takes a section of 256 KiB and refuses one byte more", () => {
  const longest = `A: ${"x".repeat(maxHeaderBytes - 5)}\r\n`;
  assert.equal(collect(`${longest}\r\n`, 4096).collected.section.bytes.length, maxHeaderBytes);
  for (const chunkBytes of [4096, maxHeaderBytes * 2]) {
    assert.throws(
      () => collect(`A${longest}\r\n`, chunkBytes),
      (error) => isDispatchError(error, "headers_too_large"),
    );
  }
});

test("HeaderCollector refuses a section that never ends once 256 KiB are there", () => {
  const collector = new HeaderCollector();
  const line = bytesOf(`A: ${"x".repeat(1019)}\r\n`);
  for (let i = 0; i < 256; i++) assert.equal(collector.push(line), null);
  assert.throws(
    () => collector.push(line),
    (error) => isDispatchError(error, "headers_too_large"),
  );
});

test("HeaderCollector reads a section sent byte by byte in well under a second", () => {
  const bytes = bytesOf(`A: ${"x".repeat(maxHeaderBytes - 3)}`);
  const start = performance.now();
  const collector = new HeaderCollector();
  for (let i = 0; i < bytes.length; i++) collector.push(bytes.subarray(i, i + 1));
  assert.ok(performance.now() - start < 1000);
});

test("parseHeaderSection names fields in lower case, in order, and passes over what is no field", () => {
  const { section } = collect("Subject: a\r\nno field\r\n folded\r\nTO : b\r\n c\r\n\r\n").collected;
  assert.deepEqual(
    section.fields.map((field) => [field.name, fieldValue(section, field)]),
    [
      ["subject", "a"],
      ["to", "b c"],
    ],
  );
});

test("fieldValue reads UTF-8, and what is not UTF-8 as Windows-1252", () => {
  const { section } = collect("A: Gr\xc3\xbc\xc3\x9fe\r\nB: Gr\xfc\xdfe \x80\r\n\r\n").collected;
  assert.deepEqual(
    section.fields.map((field) => fieldValue(section, field)),
    ["Grüße", "Grüße €"],
  );
});

test("withoutFields leaves every other byte as it is", () => {
  const { section } = collect("X: 1\r\n 2\r\nA: 3\r\nx: 4\r\nX: 5\r\nno field\r\nB: 6\r\nX:\r\n\r\n").collected;
  assert.equal(textOf(withoutFields(section, new Set(["x"]))), "A: 3\r\nno field\r\nB: 6\r\n");
});
