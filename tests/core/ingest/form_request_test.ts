import assert from "node:assert/strict";
import { test } from "node:test";
import { readForm } from "../../../core/ingest/form_request.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";

/** A form as a client writes it (RFC 7578); the headers of a part, then its content, one character a byte. */
function form(...parts: readonly (readonly [string, string])[]): Uint8Array {
  const text = `${parts.map(([headers, content]) => `--b\r\n${headers}\r\n\r\n${content}\r\n`).join("")}--b--\r\n`;
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

const field = (name: string, value: string) => [`Content-Disposition: form-data; name="${name}"`, value] as const;
const required = [field("from", "a@example.org"), field("to", "b@example.org")];

async function violations(...parts: readonly (readonly [string, string])[]): Promise<Record<string, string>> {
  const { facts } = await assertRefusal(() => readForm(form(...required, ...parts), "b"), "request_invalid");
  return Object.fromEntries(facts.errors.map(({ path, message }) => [path, message]));
}

test("readForm reads a file of any bytes as it is", () => {
  const content = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i), 13, 10, 45, 45);
  const disposition = 'Content-Disposition: form-data; name="attachment"; filename="a.bin"\r\nContent-Type: x/y';
  const { request } = readForm(form(...required, [disposition, content]), "b");
  const [file] = request.attachments;
  assert.deepEqual([file?.filename, file?.contentType, file?.contentId], ["a.bin", "x/y", undefined]);
  assert.deepEqual(Array.from(file?.content ?? [], (byte) => String.fromCharCode(byte)).join(""), content);
});

test("readForm reads the UTF-8 file name that RFC 5987 writes", () => {
  const disposition = "Content-Disposition: form-data; name=attachment; filename*=UTF-8''Gr%C3%BC%C3%9Fe.txt";
  const { request } = readForm(form(...required, [disposition, ""]), "b");
  assert.equal(request.attachments[0]?.filename, "Grüße.txt");
});

for (const name of ["bogus''x", "\"b\\ogus''x\"", "''x"]) {
  test(`readForm refuses the file name ${name}, whose charset it would print`, async () => {
    const disposition = `Content-Disposition: form-data; name=attachment; filename*=${name}`;
    await assertRefusal(() => readForm(form(...required, [disposition, ""]), "b"), "body_malformed");
  });
}

test("readForm reads any number of files, in their order", () => {
  const file = (name: string) =>
    [`Content-Disposition: form-data; name="attachment"; filename="${name}"`, name] as const;
  const { request } = readForm(form(...required, file("a.txt"), file("b.txt"), file("a.txt")), "b");
  assert.deepEqual(
    request.attachments.map(({ filename }) => filename),
    ["a.txt", "b.txt", "a.txt"],
  );
});

test("readForm gives an inline file its name as Content-ID", () => {
  const disposition = 'Content-Disposition: form-data; name="inline"; filename="logo.png"';
  const { request } = readForm(form(...required, [disposition, "x"]), "b");
  assert.equal(request.attachments[0]?.contentId, "logo.png");
});

test("readForm refuses fields that it does not know, and those that are given twice", async () => {
  const found = await violations(
    field("o:deliverytime", "tomorrow"),
    field("", "x"),
    field("subject", "a"),
    field("subject", "b"),
    field("h:X-A", "1"),
    field("h:X-A", "2"),
  );
  assert.deepEqual(found, {
    "o:deliverytime": "is not a known field",
    "": "is not a known field",
    subject: "is given more than once",
    "h:X-A": "is given more than once",
  });
});

test("readForm refuses text that is not UTF-8 and a file without a name", async () => {
  assert.deepEqual(await violations(field("text", "\xff"), field("attachment", "x")), {
    text: "must be UTF-8",
    attachment: "must be a file, with a name",
  });
});

test("readForm refuses a form without a usable boundary", async () => {
  for (const boundary of [undefined, "", "x".repeat(71), "ü"]) {
    await assertRefusal(() => readForm(form(...required), boundary), "body_malformed");
  }
});

test("readForm refuses a form that breaks off, has no parts, or is something else", async () => {
  const whole = form(...required);
  for (const body of [
    whole.subarray(0, -8),
    whole.subarray(0, 40),
    new Uint8Array(0),
    new TextEncoder().encode("{}"),
  ]) {
    await assertRefusal(() => readForm(body, "b"), body.length === 0 ? "request_invalid" : "body_malformed");
  }
});

test("readForm refuses headers of a part that are too large or not UTF-8", async () => {
  const [name, value] = field("text", "x");
  await assertRefusal(
    () => readForm(form(...required, [`${name}\r\nX: ${"x".repeat(9000)}`, value]), "b"),
    "body_malformed",
  );
  await assertRefusal(() => readForm(form(...required, [`${name}\xff`, value]), "b"), "body_malformed");
});

test("readForm refuses more than 2,000 parts", async () => {
  const { facts } = await assertRefusal(
    () => readForm(form(...Array.from({ length: 2001 }, () => field("to", "b@example.org"))), "b"),
    "body_malformed",
  );
  assert.equal(facts.reason, "it has more than 2000 parts");
});

test("readForm labels its parts by name, file name and type", () => {
  const disposition = 'Content-Disposition: form-data; name="attachment"; filename="a.txt"\r\nContent-Type: text/plain';
  const { parts } = readForm(form(...required, [disposition, "x"]), "b");
  assert.deepEqual(
    parts.map(({ label }) => label),
    ["from\0\0", "to\0\0", "attachment\0a.txt\0text/plain"],
  );
});
