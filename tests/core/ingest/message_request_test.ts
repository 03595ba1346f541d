import assert from "node:assert/strict";
import { test } from "node:test";
import { readJsonMessage } from "../../../core/ingest/message_request.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";

const minimal = { from: "a@example.org", to: ["b@example.org"] };

/** Paths and messages of all that is wrong with the fields. */
async function violations(fields: object): Promise<Record<string, string>> {
  const { facts } = await assertRefusal(() => readJsonMessage({ ...minimal, ...fields }), "request_invalid");
  return Object.fromEntries(facts.errors.map(({ path, message }) => [path, message]));
}

test("readJsonMessage fills in what may be left out", () => {
  assert.deepEqual(readJsonMessage(minimal), {
    from: { name: "", address: "a@example.org" },
    to: [{ name: "", address: "b@example.org" }],
    cc: [],
    bcc: [],
    replyTo: [],
    subject: "",
    headers: {},
    tags: [],
    attachments: [],
  });
});

test("readJsonMessage takes recipients as a list, a text, a comma list, with names", () => {
  const both = [
    { name: "B, the second", address: "b@example.org" },
    { name: "", address: "c@example.org" },
  ];
  const text = '"B, the second" <b@EXAMPLE.org>, c@example.org';
  assert.deepEqual(readJsonMessage({ ...minimal, to: text }).to, both);
  assert.deepEqual(readJsonMessage({ ...minimal, cc: [text] }).cc, both);
  assert.deepEqual(readJsonMessage({ ...minimal, bcc: text.split(/, (?=c)/) }).bcc, both);
});

test("readJsonMessage names every violation at once, each with its path", async () => {
  const found = await violations({
    from: 1,
    to: ["ok@example.org", "nobody", ""],
    cc: "also nobody",
    subject: null,
    tags: ["", "ok"],
    attachments: [{ filename: "a", content: "***" }, { content: "" }],
    atachments: [],
  });
  assert.deepEqual(found, {
    from: "must be a text",
    "to[1]": '"nobody" is not an address',
    cc: '"also nobody" is not an address',
    subject: "must be a text",
    "tags[0]": "must not be empty",
    "attachments[0].content": "must be base64",
    "attachments[1].filename": "is missing",
    atachments: "is not a known field",
  });
});

test("readJsonMessage refuses a body that is no object", async () => {
  for (const body of [null, [], "text", 1]) {
    const { facts } = await assertRefusal(() => readJsonMessage(body), "request_invalid");
    assert.deepEqual(facts.errors, [{ path: "body", message: "must be an object" }]);
  }
});

test("readJsonMessage wants a sender, and one only", async () => {
  const { facts } = await assertRefusal(() => readJsonMessage({ to: "b@example.org" }), "request_invalid");
  assert.deepEqual(facts.errors, [{ path: "from", message: "is missing" }]);
  assert.deepEqual(await violations({ from: "" }), { from: "must be one address" });
  assert.deepEqual(await violations({ from: "a@example.org, b@example.org" }), { from: "must be one address" });
});

test("readJsonMessage refuses control characters in addresses, names, tags, file names and the subject", async () => {
  const rule = "must hold no control characters";
  assert.deepEqual(
    await violations({
      from: "a@example.org\r\nBcc: evil@example.org",
      to: ["Evil\n <b@example.org>", "=?utf-8?q?Evil=0D=0A?= <b@example.org>"],
      subject: "a\r\nBcc: evil@example.org",
      tags: ["a\0b"],
      attachments: [{ filename: "a\r\nb", content: "" }],
    }),
    { from: rule, "to[0]": rule, "to[1]": rule, subject: rule, "tags[0]": rule, "attachments[0].filename": rule },
  );
});

test("readJsonMessage decodes base64, with line breaks and without padding", () => {
  const attachments = ["aGVsbG8=", "aGVs\r\nbG8=", "aGVsbG8"].map((content) => ({ filename: "a", content }));
  for (const { content, contentType } of readJsonMessage({ ...minimal, attachments }).attachments) {
    assert.deepEqual(content, new TextEncoder().encode("hello"));
    assert.equal(contentType, "application/octet-stream");
  }
});

test("readJsonMessage takes Reply-To from the headers, as Mailgun's clients send it", () => {
  const request = readJsonMessage({ ...minimal, headers: { "reply-to": "desk@example.org", "X-A": "1" } });
  assert.deepEqual(request.replyTo, [{ name: "", address: "desk@example.org" }]);
  assert.deepEqual(request.headers, { "X-A": "1" });
});

test("readJsonMessage refuses a Reply-To that is given twice or is no address", async () => {
  const headers = { "Reply-To": "nobody" };
  assert.deepEqual(await violations({ headers }), { "headers.Reply-To": '"nobody" is not an address' });
  assert.deepEqual(await violations({ headers: { "Reply-To": "b@example.org" }, replyTo: "c@example.org" }), {
    "headers.Reply-To": "is given in replyTo already",
  });
});

test("readJsonMessage lists fifty violations at most", async () => {
  const to = Array.from({ length: 1000 }, () => "nobody");
  const { facts } = await assertRefusal(() => readJsonMessage({ ...minimal, to }), "request_invalid");
  assert.equal(facts.errors.length, 50);
});
