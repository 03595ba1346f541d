import assert from "node:assert/strict";
import { test } from "node:test";
import { type MimeEntity, parseMimeEntity } from "../../../core/mail/mime_entity.ts";
import { bytesOf, textOf } from "./message_text.ts";

function refuse(reason: string): never {
  throw new RangeError(reason);
}

function parse(text: string): MimeEntity {
  return parseMimeEntity(new Uint8Array(bytesOf(text)), refuse);
}

/** Types and bodies, nested as the parts are. */
function outline({ mediaType, body, parts }: MimeEntity): unknown {
  return parts.length > 0 ? [mediaType.value, ...parts.map(outline)] : [mediaType.value, textOf([body])];
}

const mixed = 'Content-Type: multipart/mixed; boundary="b"\r\n\r\n';

test("parseMimeEntity splits a multipart where its delimiters are, and nowhere else", () => {
  const body =
    "preamble\r\n--bb\r\n--b x\r\n--b \t\r\n\r\none\r\n --b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n\r\n--b--\r\nepilogue\r\n--b\r\n\r\nno part";
  assert.deepEqual(outline(parse(mixed + body)), [
    "multipart/mixed",
    ["text/plain", "one\r\n --b\r\n"],
    ["text/html", ""],
  ]);
});

test("parseMimeEntity ends inner parts where an outer one ends", () => {
  const inner =
    "--b\r\nContent-Type: multipart/alternative; boundary=i\r\n\r\n--i\r\n\r\nx\r\n--b\r\n\r\ny\r\n--b--\r\n";
  assert.deepEqual(outline(parse(mixed + inner)), [
    "multipart/mixed",
    ["multipart/alternative", ["text/plain", "x"]],
    ["text/plain", "y"],
  ]);
});

test("parseMimeEntity takes parts of a digest for messages", () => {
  const digest = "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: x\r\n\r\ny\r\n--b--\r\n";
  assert.deepEqual(outline(parse(digest)), ["multipart/digest", ["message/rfc822", "Subject: x\r\n\r\ny"]]);
});

test("parseMimeEntity loses nothing of what is not as it should be", () => {
  const cases: [text: string, expected: unknown][] = [
    ["", ["text/plain", ""]],
    ["\r\nbody", ["text/plain", "body"]],
    ["no header here\r\nat all", ["text/plain", "no header here\r\nat all"]],
    ["Subject: x\r\nno header here", ["text/plain", "no header here"]],
    ["Content-Type: nonsense\r\n\r\nx", ["text/plain", "x"]],
    ["Content-Type: multipart/mixed\r\n\r\nx", ["text/plain", "x"]],
    ["Content-Type: multipart/mixed; boundary=c\r\n\r\n--b\r\nx", ["text/plain", "--b\r\nx"]],
    [`${mixed}--b\r\n--b\r\nx`, ["multipart/mixed", ["text/plain", ""], ["text/plain", "x"]]],
  ];
  for (const [text, expected] of cases) assert.deepEqual(outline(parse(text)), expected, text);
});

test("parseMimeEntity reads a boundary as it may be written", () => {
  for (const boundary of ["b", '"b"', '"b" (a comment)', '"\\b"; x=y', 'b; boundary="c"', " b ;"]) {
    const parsed = parse(`Content-Type: multipart/mixed;\r\n\tboundary=${boundary}\r\n\r\n--b\r\n\r\nx\r\n--b--`);
    assert.equal(parsed.parts.length, 1, boundary);
  }
});

test("parseMimeEntity refuses what is out of bounds", () => {
  let nested = "\r\nx";
  for (let depth = 0; depth < 17; depth++) {
    nested = `Content-Type: multipart/mixed; boundary=b${depth}.\r\n\r\n--b${depth}.\r\n${nested}\r\n--b${depth}.--`;
  }
  assert.throws(() => parse(nested), /nested more than 16 deep/);
  assert.throws(() => parse(mixed + "--b\r\n".repeat(1100)), /more than 1000 parts/);
  assert.throws(() => parse(`${mixed}--b\r\nX: ${"x".repeat(262_144)}\r\n\r\nx`), /262144 bytes of header/);
});
