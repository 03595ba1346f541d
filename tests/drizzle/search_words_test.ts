import assert from "node:assert/strict";
import { test } from "node:test";
import { phrasesOf, wordsOf } from "../../drizzle/search_words.ts";

for (const [text, words] of [
  ["Re: Invoice #2026-11/7, paid!", ["re", "invoice", "2026", "11", "7", "paid"]],
  ["app.billing+x@mail.example.org", ["app", "billing", "x", "mail", "example", "org"]],
  ["Grüße aus Łódź, ÉCOLE", ["gruße", "aus", "łodz", "ecole"]],
  ["ﬁle № １２", ["file", "no", "12"]],
  ["会議 の資料 Q3", ["会", "議", "の", "資", "料", "q3"]],
  ["Отчёт за день", ["отчет", "за", "день"]],
  ["\0\ue000 \ud800 🎉", []],
  ["x".repeat(100), ["x".repeat(64)]],
] as const) {
  test(`wordsOf takes ${JSON.stringify(text.slice(0, 40))} apart`, () => {
    assert.deepEqual(wordsOf(text), words);
  });
}

for (const [query, phrases] of [
  ["two Words", [["two"], ["words"]]],
  ['"two words" more', [["two", "words"], ["more"]]],
  ["app@example.org", [["app", "example", "org"]]],
  ["inv*", [["inv", "*"]]],
  [
    '"an inv*" "an inv"*',
    [
      ["an", "inv", "*"],
      ["an", "inv", "*"],
    ],
  ],
  ['a"b c', [["a"], ["b", "c"]]],
  ['"never closed', [["never", "closed"]]],
  ['"" * ** - NEAR(', [["near"]]],
  ["* \" '", []],
] as const) {
  test(`phrasesOf reads ${query}`, () => {
    const read = phrasesOf(query, false).map(({ words, isStart }) => (isStart ? [...words, "*"] : words));
    assert.deepEqual(read, phrases);
  });
}

test("phrasesOf takes words for starts where they may be, those in quotes not", () => {
  const starts = phrasesOf('app@exam "bill" inv', true).map(({ isStart }) => isStart);
  assert.deepEqual(starts, [true, false, true]);
});
