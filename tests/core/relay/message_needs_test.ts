import assert from "node:assert/strict";
import { test } from "node:test";
import { type MessageNeeds, NeedScanner } from "../../../core/relay/message_needs.ts";

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const utf8 = (text: string) => new TextEncoder().encode(text);
const neither = { eightBit: false, utf8: false };

const cases: readonly (readonly [what: string, content: Uint8Array, needs: MessageNeeds])[] = [
  ["nothing for seven bits", latin1("Subject: Hello\r\n\r\nWorld\r\n"), neither],
  ["nothing for an empty message", latin1(""), neither],
  ["8BITMIME for a body of eight bits", latin1("Subject: x\r\n\r\n\xfc\r\n"), { eightBit: true, utf8: false }],
  ["8BITMIME for a body after no header", latin1("\r\n\xfc"), { eightBit: true, utf8: false }],
  ["8BITMIME alone for UTF-8 in the body", utf8("Subject: x\r\n\r\nü\r\n"), { eightBit: true, utf8: false }],
  ["both for UTF-8 in a header", utf8("Subject: Grüße 😀\r\n\r\nx"), { eightBit: true, utf8: true }],
  ["both for UTF-8 in a header without a body", utf8("Subject: ü"), { eightBit: true, utf8: true }],
  [
    "8BITMIME alone for a header that is not UTF-8",
    latin1("Subject: Gr\xfc\xdfe\r\n\r\nx"),
    { eightBit: true, utf8: false },
  ],
  [
    "8BITMIME alone for half a character",
    latin1("A: \xc3\xbc\r\nB: \xc3\r\n\r\n\xbc"),
    { eightBit: true, utf8: false },
  ],
  ["both where bare newlines do not end the header section", utf8("A: x\n\nü"), { eightBit: true, utf8: true }],
];

for (const [what, content, needs] of cases) {
  test(`NeedScanner finds ${what}, however the content is cut`, () => {
    for (let size = 1; size <= content.length + 1; size++) {
      const scanner = new NeedScanner(false);
      for (let start = 0; start < content.length; start += size) scanner.push(content.subarray(start, start + size));
      assert.deepEqual(scanner.needs, needs, `in pieces of ${size}`);
    }
  });
}

test("NeedScanner is done at the end of the header section, where that is enough", () => {
  const scanner = new NeedScanner(true);
  scanner.push(latin1("Subject: x\r\n"));
  assert.equal(scanner.isDone, false);
  scanner.push(latin1("\r\n\xfc"));
  assert.equal(scanner.isDone, true);
  assert.deepEqual(scanner.needs, neither);
});

test("NeedScanner is done at the first byte of eight bits in a body", () => {
  const scanner = new NeedScanner(false);
  scanner.push(latin1("\r\nx"));
  assert.equal(scanner.isDone, false);
  scanner.push(latin1("\xfc"));
  assert.equal(scanner.isDone, true);
});
