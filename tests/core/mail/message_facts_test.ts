import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHeaderSection } from "../../../core/mail/header_section.ts";
import { type MessageFacts, readMessageFacts } from "../../../core/mail/message_facts.ts";
import { bytesOf } from "./message_text.ts";

function facts(text: string): MessageFacts {
  return readMessageFacts(parseHeaderSection(bytesOf(text)));
}

function subject(text: string): string {
  return facts(`Subject: ${text}\r\n`).summary.subject;
}

/** RFC 2047 section 8, and what real mailers write. */
const subjects: readonly (readonly [text: string, subject: string])[] = [
  ["plain text", "plain text"],
  ["folded\r\n text", "folded text"],
  [
    "=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
    "If you can read this you understand the example.",
  ],
  ["(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"],
  ["=?utf-8?q?Gr=C3=BC=C3=9Fe?= aus Bonn", "Grüße aus Bonn"],
  ["Gr\xc3\xbc\xc3\x9fe in raw UTF-8", "Grüße in raw UTF-8"],
  ["=?utf-8?q?two=0D=0Alines=00?=", "two\ufffd\ufffdlines\ufffd"],
  ["tab\there", "tab\ufffdhere"],
];

for (const [text, expected] of subjects) {
  test(`readMessageFacts reads the subject ${JSON.stringify(text)}`, () => assert.equal(subject(text), expected));
}

test("readMessageFacts cuts a subject at 998 characters, and leaves no half of one", () => {
  assert.equal(subject("x".repeat(2000)).length, 998);
  // U+1F600 as UTF-8, in a string of bytes.
  assert.equal(subject(`${"x".repeat(997)}\xf0\x9f\x98\x80`), `${"x".repeat(997)}\ufffd`);
});

const messageIds: readonly (readonly [field: string, id: string | null])[] = [
  ["<1@x.test>", "1@x.test"],
  [" \r\n <1@x.test>", "1@x.test"],
  ["1@x.test", "1@x.test"],
  ["<1@x.test> (comment)", "1@x.test"],
  ["", null],
  ["two words", null],
  ["<a b@x.test>", null],
];

for (const [field, id] of messageIds) {
  test(`readMessageFacts reads the id in Message-ID: ${JSON.stringify(field)}`, () => {
    assert.equal(facts(`Message-ID: ${field}\r\n`).summary.messageId, id);
  });
}

test("readMessageFacts reads the addresses of all To, Cc and Bcc fields, and leaves out what is none", () => {
  const found = facts("To: A <a@x.test>, nobody\r\nCc: b@X.TEST\r\nTo: c@x.test\r\nBcc: g: d@x.test;\r\n");
  assert.deepEqual([found.to, found.cc, found.bcc], [["a@x.test", "c@x.test"], ["b@x.test"], ["d@x.test"]]);
});

test("readMessageFacts reads one tag a field, each once, without control characters, up to 128 characters", () => {
  const long = "x".repeat(200);
  const fields = ["a, b", "  a, b ", "", `  ${long}`, "=?utf-8?q?=C3=BC=0A?="].map(
    (tag) => `X-Dispatch-Tag: ${tag}\r\n`,
  );
  assert.deepEqual(facts(fields.join("")).summary.tags, ["a, b", "x".repeat(128), "ü\ufffd"]);
});

test("readMessageFacts takes the first of several subjects", () => {
  assert.equal(facts("Subject: one\r\nSubject: two\r\n").summary.subject, "one");
});
