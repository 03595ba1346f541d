import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeWords } from "postal-mime";
import { encodePhrase, encodeText } from "../../../core/mail/encoded_word.ts";

const texts: readonly string[] = [
  "Grüße aus München",
  "日本語のとても長い件名がここにあります。日本語のとても長い件名がここにあります。",
  "😀".repeat(100),
  " leading and trailing ",
  "two  spaces ü",
  "not =?utf-8?q?encoded?= at all",
  "a_b=c?d ü",
  "x".repeat(2000),
  `a${" ".repeat(1000)}b`,
  `${"x".repeat(50)} ü ${"y".repeat(50)}`,
];

for (const text of texts) {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  test(`encodeText writes ${JSON.stringify(shown)} as words that decode to it`, () => {
    assert.equal(decodeWords(encodeText(text)), text);
  });
  test(`encodeText writes ${JSON.stringify(shown)} within RFC 2047's limits`, () => {
    for (const word of encodeText(text).split(" "))
      assert.match(word, /^=\?UTF-8\?(?:B\?[\w+/=]+|Q\?[!*+\-/\w=]+)\?=$/);
    for (const word of encodeText(text).split(" ")) assert.ok(word.length <= 75, word);
  });
}

test("encodeText leaves plain ASCII as it is", () => {
  for (const text of ["", "Plain text, with (signs) & 5 > 3?", "two  spaces"]) assert.equal(encodeText(text), text);
});

test("encodeText puts whole characters into each word", () => {
  for (const word of encodeText("é😀日".repeat(60)).split(" ")) assert.doesNotMatch(decodeWords(word), /\ufffd/);
});

test("encodeText writes the replacement character for half a surrogate pair", () => {
  assert.equal(decodeWords(encodeText("a\ud83d")), "a\ufffd");
});

test("encodePhrase leaves atoms as they are, quotes the rest of ASCII, encodes other text", () => {
  assert.equal(encodePhrase("John Doe"), "John Doe");
  assert.equal(encodePhrase("Doe, John"), '"Doe, John"');
  assert.equal(encodePhrase("John  Doe"), '"John  Doe"');
  assert.equal(encodePhrase('a "b" \\c'), '"a \\"b\\" \\\\c"');
  assert.equal(encodePhrase("Jörg"), "=?UTF-8?Q?J=C3=B6rg?=");
});

test("encodePhrase leaves no character in an encoded word that ends a phrase", () => {
  const hostile = 'ü <a@x.test>, "b" (c); d:';
  assert.doesNotMatch(encodePhrase(hostile), /[<>,"();:@]/);
  assert.equal(decodeWords(encodePhrase(hostile)), hostile);
});
