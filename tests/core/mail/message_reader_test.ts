import assert from "node:assert/strict";
import { test } from "node:test";
import { isDispatchError } from "../../../core/error/mod.ts";
import type { MessageFacts } from "../../../core/mail/message_facts.ts";
import { MessageReader, type MessageReaderOptions } from "../../../core/mail/message_reader.ts";
import { bytesOf, textOf } from "./message_text.ts";

const trace = "Received: by relay.example (Dispatch)\r\n";
const date = "Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n";
const messageId = "Message-ID: <spl_1@relay.example>\r\n";
const added = `${trace}${date}${messageId}`;

const defaults: MessageReaderOptions = {
  traceHeader: trace,
  timeMs: 0,
  messageId: "spl_1@relay.example",
  bareNewlines: "normalize",
};

function read(
  text: string,
  options: Partial<MessageReaderOptions> = {},
  chunkBytes = Math.max(1, text.length),
): { stored: string; facts: MessageFacts } {
  const reader = new MessageReader({ ...defaults, ...options });
  const bytes = bytesOf(text);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) parts.push(...reader.push(bytes.subarray(at, at + chunkBytes)));
  parts.push(...reader.end());
  return { stored: textOf(parts), facts: reader.facts! };
}

const whole = `From: a@x.test\r\nDate: Sun, 22 Nov 2026 11:00:00 +0000\r\nMessage-ID: <1@x.test>\r\n\r\nbody\r\n`;

/** Message, and what is stored. */
const messages: readonly (readonly [what: string, text: string, stored: string])[] = [
  ["puts the trace header first and changes nothing else", whole, trace + whole],
  ["keeps NUL and 8-bit bytes", `${whole}\0\x80\xff\x00\r\n`, `${trace}${whole}\0\x80\xff\x00\r\n`],
  [
    "keeps odd spaces, empty fields and unknown lines",
    `${whole.replace("From", "X :\t \r\nno field\r\n>From")}`,
    `${trace}${whole.replace("From", "X :\t \r\nno field\r\n>From")}`,
  ],
  ["keeps lines of dots", `${whole}.\r\n..\r\n.\r\n`, `${trace}${whole}.\r\n..\r\n.\r\n`],
  ["adds Date and Message-ID when they are missing", "Subject: s\r\n\r\nb\r\n", `${added}Subject: s\r\n\r\nb\r\n`],
  ["adds only what is missing", `${messageId}\r\nb\r\n`, `${trace}${date}${messageId}\r\nb\r\n`],
  ["takes an empty message", "", added],
  ["takes a message of one empty line", "\r\n", `${added}\r\n`],
  ["takes a message without header fields", "\r\nbody\r\n", `${added}\r\nbody\r\n`],
  ["takes header fields without a body", "A: 1\r\n", `${added}A: 1\r\n`],
  ["takes header fields and an empty body", "A: 1\r\n\r\n", `${added}A: 1\r\n\r\n`],
  ["takes header fields without the last line break", "A: 1", `${added}A: 1\r\n`],
  ["gives a message that is body alone a header section", "hello\r\nA: 1\r\n", `${added}\r\nhello\r\nA: 1\r\n`],
  ["gives one that starts with a folded line a header section", " A: 1\r\n\r\nb\r\n", `${added}\r\n A: 1\r\n\r\nb\r\n`],
  [
    "names the separator of a mailbox file, as Postfix does",
    "From a Mon\r\nA: 1\r\n\r\nb\r\n",
    `${added}Mailbox-Line: From a Mon\r\nA: 1\r\n\r\nb\r\n`,
  ],
  ["ends the last line", "A: 1\r\n\r\nbody", `${added}A: 1\r\n\r\nbody\r\n`],
  [
    "turns bare newlines into CRLF everywhere",
    "A: 1\nB: 2\r\r\nbody\n.\nend\r",
    `${added}A: 1\r\nB: 2\r\n\r\nbody\r\n.\r\nend\r\n`,
  ],
  [
    "removes X-Dispatch-Tag with its folded lines",
    "X-Dispatch-Tag: a\r\n b\r\nA: 1\r\nx-dispatch-TAG : c\r\n\r\nX-Dispatch-Tag: d\r\n",
    `${added}A: 1\r\n\r\nX-Dispatch-Tag: d\r\n`,
  ],
  ["removes X-Dispatch-Tag as the last bytes", "A: 1\r\nX-Dispatch-Tag: a", `${added}A: 1\r\n`],
  ["keeps Bcc", "Bcc: s@x.test\r\n\r\n", `${added}Bcc: s@x.test\r\n\r\n`],
];

for (const [what, text, stored] of messages) {
  test(`MessageReader ${what}`, () => assert.equal(read(text).stored, stored));
}

test("MessageReader stores the same wherever the chunks are cut", () => {
  for (const [what, text, stored] of messages) {
    for (let chunkBytes = 1; chunkBytes < text.length; chunkBytes++) {
      assert.equal(read(text, {}, chunkBytes).stored, stored, `${what}, in chunks of ${chunkBytes}`);
    }
  }
});

test("MessageReader passes body chunks on without a copy", () => {
  const reader = new MessageReader(defaults);
  reader.push(bytesOf("A: 1\r\n\r\n"));
  const chunk = bytesOf("body\r\n");
  const parts = reader.push(chunk);
  assert.equal(parts.length, 1);
  assert.equal(parts[0], chunk);
});

test("MessageReader drops the fields it is told to, and still says whom they named", () => {
  const { stored, facts } = read("A: 1\r\nBCC: s@x.test,\r\n t@x.test\r\n\r\nb\r\n", { dropFields: ["bcc"] });
  assert.equal(stored, `${added}A: 1\r\n\r\nb\r\n`);
  assert.deepEqual(facts.bcc, ["s@x.test", "t@x.test"]);
});

test("MessageReader has facts as soon as the header section is whole, and not before", () => {
  const reader = new MessageReader(defaults);
  const subjects = ["Subject: early\r\n", "\r\n"].map((text) => {
    reader.push(bytesOf(text));
    return reader.facts?.summary.subject;
  });
  assert.deepEqual(subjects, [undefined, "early"]);
});

test("MessageReader refuses a message that has passed more than 30 servers", () => {
  const hop = "Received: by x.test; date\r\n";
  assert.equal(read(`${hop.repeat(30)}\r\n`).facts.hops, 30);
  assert.throws(
    () => read(`${hop.repeat(31)}\r\n`),
    (error) => isDispatchError(error, "mail_loop") && error.facts.hops === 31,
  );
});

test("MessageReader does not take Received lines in the body for servers", () => {
  assert.equal(read(`A: 1\r\n\r\n${"Received: by x.test\r\n".repeat(40)}`).facts.hops, 0);
});

test("MessageReader refuses bare newlines in the mode reject, in header section, body and at the end", () => {
  for (const text of ["A: 1\n\r\nb\r\n", "A: 1\r\n\r\nb\rc\r\n", "A: 1\r\n\r\nb\r"]) {
    assert.throws(
      () => read(text, { bareNewlines: "reject" }),
      (error) => isDispatchError(error, "bare_newline"),
    );
  }
});

test("MessageReader refuses a header section over 256 KiB", () => {
  assert.throws(
    () => read("A: 1\r\n".repeat(50_000)),
    (error) => isDispatchError(error, "headers_too_large"),
  );
});

test("MessageReader takes a body line of any length", () => {
  const body = "x".repeat(400_000);
  assert.equal(read(body, {}, 65_536).stored, `${added}\r\n${body}\r\n`);
});
