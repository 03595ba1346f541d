import assert from "node:assert/strict";
import { test } from "node:test";
import {
  readAttachment as readAttachmentOf,
  readMessage as readMessageOf,
} from "../../../core/mail/readable_message.ts";

const refuse = (reason: string): never => {
  throw new Error(reason);
};
const readMessage = (mime: Uint8Array<ArrayBuffer>) => readMessageOf(mime, refuse);
const readAttachment = (mime: Uint8Array<ArrayBuffer>, index: number) => readAttachmentOf(mime, index, refuse);

const bytesOf = (...lines: readonly string[]) => new TextEncoder().encode(lines.join("\r\n"));

const letter = bytesOf(
  "From: =?utf-8?Q?J=C3=BCrgen?= <j@example.org>",
  "Subject: =?utf-8?B?R3LDvMOfZQ==?=",
  "X-Note: one",
  "X-Note: two",
  "MIME-Version: 1.0",
  "Content-Type: multipart/mixed; boundary=m",
  "",
  "--m",
  "Content-Type: multipart/related; boundary=r",
  "",
  "--r",
  "Content-Type: multipart/alternative; boundary=a",
  "",
  "--a",
  "Content-Type: text/plain; charset=iso-8859-1",
  "Content-Transfer-Encoding: quoted-printable",
  "",
  "Gr=FC=DFe",
  "--a",
  "Content-Type: text/html; charset=utf-8",
  "",
  '<p onclick="x()">Grüße <img src="cid:logo@x"><img src="http://example.org/pixel.gif"></p>',
  "--a--",
  "--r",
  "Content-Type: image/png",
  "Content-ID: <logo@x>",
  "Content-Transfer-Encoding: base64",
  "",
  "AQID",
  "--r--",
  "--m",
  "Content-Type: application/pdf",
  "Content-Disposition: attachment; filename*=UTF-8''%C3%9Cbersicht.pdf",
  "Content-Transfer-Encoding: base64",
  "",
  "BAUGBw==",
  "--m",
  "Content-Type: message/rfc822",
  "",
  "Subject: inner",
  "",
  "inner text",
  "--m--",
  "",
);

test("readMessage shows fields in order, words decoded, text in its charset, and HTML that loads nothing", async () => {
  const { headers, text, html, notes } = await readMessage(letter);
  assert.deepEqual(headers.slice(0, 4), [
    { name: "From", value: "Jürgen <j@example.org>" },
    { name: "Subject", value: "Grüße" },
    { name: "X-Note", value: "one" },
    { name: "X-Note", value: "two" },
  ]);
  assert.equal(text?.trimEnd(), "Grüße");
  assert.equal(html?.trimEnd(), '<p>Grüße <img src="cid:logo@x"><img></p>');
  assert.deepEqual(notes, ["Pictures that are not part of the message are not loaded: 1."]);
});

test("readMessage lists pictures, files and messages in the message, with the names that they were given", async () => {
  const { attachments } = await readMessage(letter);
  assert.deepEqual(
    attachments.map(({ fileName, contentType, sizeBytes, contentId }) => [fileName, contentType, sizeBytes, contentId]),
    [
      ["part-1.png", "image/png", 3, "logo@x"],
      ["Übersicht.pdf", "application/pdf", 4, null],
      ["part-3.eml", "message/rfc822", 28, null],
    ],
  );
  assert.deepEqual(
    attachments.map(({ index }) => index),
    [0, 1, 2],
  );
});

test("readAttachment returns the bytes, and null where there is none", async () => {
  assert.deepEqual((await readAttachment(letter, 1))?.bytes, Uint8Array.of(4, 5, 6, 7));
  assert.match(
    new TextDecoder().decode((await readAttachment(letter, 2))?.bytes),
    /^Subject: inner\r\n\r\ninner text$/,
  );
  assert.equal(await readAttachment(letter, 3), null);
});

test("readMessage shows what has no body, no header section, or neither", async () => {
  const bare = await readMessage(bytesOf("Subject: only this", "", ""));
  assert.deepEqual([bare.headers.length, bare.html, bare.attachments], [1, null, []]);
  const empty = await readMessage(new Uint8Array());
  assert.deepEqual([empty.headers, empty.html, empty.attachments], [[], null, []]);
});

test("readMessage cuts what is long, and says so", async () => {
  const many = Array.from({ length: 600 }, (_, index) => `X-Field: ${index}`);
  const { headers, text, notes } = await readMessage(bytesOf(...many, "", "x".repeat(600_000)));
  assert.deepEqual([headers.length, text?.length, notes.length], [500, 524_288, 2]);
});

test("readMessage cuts no character in two", async () => {
  const file = ["Content-Type: application/pdf", `Content-Disposition: attachment; filename="${"😀".repeat(150)}.gz"`];
  const sequence = ["Content-Type: multipart/mixed; boundary=b", "", "--b", "", `x${"😀".repeat(300_000)}`];
  const { text, attachments } = await readMessage(bytesOf(...sequence, "--b", ...file, "", "abc", "--b--"));
  assert.deepEqual([text?.length, text?.isWellFormed()], [524_288, true]);
  assert.deepEqual(
    attachments.map(({ fileName }) => [fileName.length, fileName.isWellFormed()]),
    [[250, true]],
  );
});

test("readMessage shows no HTML that is too long or nested too deeply, and says so", async () => {
  for (const html of ["<p>x</p>".repeat(100_000), "<div>".repeat(100_000)]) {
    const { html: shown, notes } = await readMessage(bytesOf("Content-Type: text/html", "", html));
    assert.deepEqual([shown, notes.length], [null, 1]);
  }
});

test("readMessage refuses what is nested without end", async () => {
  const levels = Array.from(
    { length: 300 },
    (_, level) => `Content-Type: multipart/mixed; boundary=b${level}\r\n\r\n--b${level}`,
  );
  await assert.rejects(readMessage(bytesOf(...levels, "", "x")), /16 deep/);
});
