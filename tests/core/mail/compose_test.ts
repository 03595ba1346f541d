import assert from "node:assert/strict";
import { test } from "node:test";
import PostalMime, { type Email } from "postal-mime";
import { isDispatchError } from "../../../core/error/mod.ts";
import { compose, type OutgoingMessage } from "../../../core/mail/compose.ts";
import { textOf } from "./message_text.ts";

const message: OutgoingMessage = {
  from: { name: "Jörg Müller", address: "joerg@example.org" },
  to: [
    { name: "Doe, Jane", address: "jane@example.org" },
    { name: "", address: "bob@example.org" },
  ],
  subject: "Grüße",
  text: "Guten Tag,\nes grüßt\n",
  dateMs: Date.UTC(2026, 10, 22, 11, 0, 0),
  messageId: "spl_1@relay.example.org",
};

const pdf = {
  filename: 'Übersicht über das erste Quartal, mit "Anführung" und sehr langem Namen.pdf',
  contentType: "application/pdf",
  content: Uint8Array.from({ length: 100_000 }, (_, i) => i * 7),
};
const logo = { filename: "logo.png", contentType: "image/png", content: Uint8Array.of(1, 2, 3), contentId: "logo.png" };

function composed(change: Partial<OutgoingMessage> = {}): string {
  return textOf(compose({ ...message, ...change }));
}

function parsed(change: Partial<OutgoingMessage> = {}): Promise<Email> {
  return PostalMime.parse(new Uint8Array(Array.from(composed(change), (character) => character.charCodeAt(0))));
}

/** Structure of nested types, by their boundaries: `mixed(alternative(plain,html),pdf)`. */
function structure(text: string): string {
  const type = /^Content-Type: (?:multipart|text|application|image)\/(\w+)(?:;\s+boundary="([^"]+)")?/m.exec(text);
  if (type?.[2] === undefined) return type?.[1] ?? "";
  const parts = text.split(`--${type[2]}`).slice(1, -1);
  return `${type[1]}(${parts.map(structure).join(",")})`;
}

test("compose writes the fields in order, and a plain text", () => {
  assert.equal(
    composed(),
    [
      "Date: Sun, 22 Nov 2026 11:00:00 +0000",
      "From: =?UTF-8?Q?J=C3=B6rg_M=C3=BCller?= <joerg@example.org>",
      'To: "Doe, Jane" <jane@example.org>, bob@example.org',
      "Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=",
      "Message-ID: <spl_1@relay.example.org>",
      "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: quoted-printable",
      "",
      "Guten Tag,",
      "es gr=C3=BC=C3=9Ft",
      "",
    ].join("\r\n"),
  );
});

test("compose writes a message that postal-mime reads back whole", async () => {
  const email = await parsed({
    cc: [{ name: "日本", address: "nihon@example.jp" }],
    replyTo: [{ name: "", address: "reply@example.org" }],
    html: "<p>Grüße</p><img src=cid:logo.png>",
    headers: { "X-Custom": "value", "X-Unicode": "Wert für später" },
    attachments: [pdf, logo],
  });
  assert.deepEqual(email.from, message.from);
  assert.deepEqual(email.to, message.to);
  assert.deepEqual(email.cc, [{ name: "日本", address: "nihon@example.jp" }]);
  assert.deepEqual(email.replyTo, [{ name: "", address: "reply@example.org" }]);
  assert.equal(email.subject, message.subject);
  assert.equal(email.messageId, "<spl_1@relay.example.org>");
  assert.equal(email.date, "2026-11-22T11:00:00.000Z");
  assert.equal(email.text?.trimEnd(), message.text?.trimEnd());
  assert.equal(email.html?.trim(), "<p>Grüße</p><img src=cid:logo.png>");
  assert.equal(email.headers.find((header) => header.key === "x-custom")?.value, "value");
  const files = email.attachments.map(({ filename, mimeType, disposition, content }) => {
    return { filename, mimeType, disposition, content: new Uint8Array(content as ArrayBuffer) };
  });
  assert.deepEqual(files, [
    { filename: "logo.png", mimeType: "image/png", disposition: "inline", content: logo.content },
    { filename: pdf.filename, mimeType: "application/pdf", disposition: "attachment", content: pdf.content },
  ]);
});

const structures: readonly (readonly [change: Partial<OutgoingMessage>, structure: string])[] = [
  [{}, "plain"],
  [{ text: undefined }, "plain"],
  [{ text: undefined, html: "h" }, "html"],
  [{ html: "h" }, "alternative(plain,html)"],
  [{ attachments: [pdf] }, "mixed(plain,pdf)"],
  [{ text: undefined, html: "h", attachments: [logo] }, "related(html,png)"],
  [{ html: "h", attachments: [logo] }, "related(alternative(plain,html),png)"],
  [{ html: "h", attachments: [pdf, logo] }, "mixed(related(alternative(plain,html),png),pdf)"],
  [{ attachments: [logo] }, "mixed(plain,png)"],
];

for (const [change, expected] of structures) {
  test(`compose nests ${expected} from ${Object.keys(change).join(", ") || "text"}`, () => {
    assert.equal(structure(composed(change)), expected);
  });
}

test("compose ends every line in CRLF and keeps header lines to 78 columns, others to 76", () => {
  const to = Array.from({ length: 50 }, (_, i) => ({ name: `Person, ${i}`, address: `person${i}@example.org` }));
  const text = composed({ to, subject: "ü ".repeat(200), html: "<p>".repeat(1000), attachments: [pdf, logo] });
  assert.doesNotMatch(text.replaceAll("\r\n", ""), /[\r\n]/);
  assert.match(text, /\r\n$/);
  for (const line of text.split("\r\n")) assert.ok(line.length <= 78, line);
});

test("compose never lets a boundary occur in a part", () => {
  const boundary = "--=_mixed_spl_1_relay.example.org";
  const text = composed({
    text: `${boundary}\r\n${boundary}--\r\n`,
    attachments: [{ ...pdf, content: new TextEncoder().encode(`\r\n${boundary}\r\n`) }],
  });
  assert.equal(text.split(boundary).length - 1, 3);
});

test("compose names undisclosed recipients when there is neither To nor Cc", () => {
  assert.match(composed({ to: [] }), /^To: undisclosed-recipients:;\r$/m);
});

test("compose writes a given Message-ID and Date instead of its own", () => {
  const text = composed({ headers: { "message-id": "<mine@example.org>", Date: "Mon, 23 Nov 2026 11:00:00 +0000" } });
  assert.deepEqual(
    text.match(/^(?:message-id|date):.*$/gim),
    ["message-id: <mine@example.org>\r", "Date: Mon, 23 Nov 2026 11:00:00 +0000\r"].map((line) => line.slice(0, -1)),
  );
});

test("compose encodes the name in Sender, never its address", () => {
  assert.match(
    composed({ headers: { Sender: "Jürgen <j@example.org>" } }),
    /^Sender: =\?UTF-8\?Q\?J=C3=BCrgen\?= <j@example\.org>\r$/m,
  );
});

test("compose sends messages and multiparts as files of no known type, for base64 is forbidden to them", () => {
  const text = composed({ attachments: [{ ...pdf, contentType: "message/rfc822" }] });
  assert.match(text, /^Content-Type: application\/octet-stream;/m);
  assert.doesNotMatch(text, /message\/rfc822/);
});

test("compose keeps memory for an attachment to a piece at a time", () => {
  for (const chunk of compose({ ...message, attachments: [{ ...pdf, content: new Uint8Array(1_000_000) }] })) {
    assert.ok(chunk.length <= 32_768);
  }
});

const injection = "x\r\nBcc: victim@example.org";

/** A change that must be refused, and the path that is named. */
const refusals: readonly (readonly [path: string, change: Partial<OutgoingMessage>])[] = [
  ["from", { from: { name: injection, address: "a@example.org" } }],
  ["from", { from: { name: "", address: injection } }],
  ["to[1]", { to: [message.from, { name: "", address: "a@example.org\n" }] }],
  ["cc[0]", { cc: [{ name: "a\0", address: "a@example.org" }] }],
  ["replyTo[0]", { replyTo: [{ name: "", address: "nobody" }] }],
  ["subject", { subject: injection }],
  ["subject", { subject: "tab\there" }],
  ["messageId", { messageId: injection }],
  ["headers.X-Test", { headers: { "X-Test": injection } }],
  ["headers.X-Test", { headers: { "X-Test": "delete\u007f" } }],
  ["headers.X Test", { headers: { "X Test": "a" } }],
  ["headers.X-Test: a", { headers: { "X-Test: a": "a" } }],
  ["headers.BCC", { headers: { BCC: "a@example.org" } }],
  ["headers.content-type", { headers: { "content-type": "text/html" } }],
  ["headers.Sender", { headers: { Sender: "nobody" } }],
  ["attachments[0].filename", { attachments: [{ ...pdf, filename: injection }] }],
  ["attachments[0].contentType", { attachments: [{ ...pdf, contentType: `text/plain${injection}` }] }],
  ["attachments[0].contentType", { attachments: [{ ...pdf, contentType: "pdf" }] }],
  ["attachments[0].contentId", { attachments: [{ ...logo, contentId: "a>\r\nBcc: b" }] }],
];

for (const [path, change] of refusals) {
  test(`compose refuses ${JSON.stringify(change).slice(0, 70)} and names ${path}`, () => {
    assert.throws(
      () => compose({ ...message, ...change }),
      (error) => {
        assert.ok(isDispatchError(error, "request_invalid"));
        assert.ok(error.facts.errors.length > 0);
        for (const violation of error.facts.errors) assert.equal(violation.path, path);
        return true;
      },
    );
  });
}

test("compose names all that is wrong at once", () => {
  assert.throws(
    () => compose({ ...message, subject: "a\nb", headers: { To: "a@example.org" } }),
    (error) => isDispatchError(error, "request_invalid") && error.facts.errors.length === 2,
  );
});
