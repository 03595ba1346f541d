import assert from "node:assert/strict";
import { test } from "node:test";
import { envelopeOf, type QueryEnvelope, readMessageStart } from "../../../core/ingest/raw_message.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";

async function* chunksOf(text: string, size: number): AsyncGenerator<Uint8Array, void, void> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function envelope(message: string, query: QueryEnvelope = { to: [] }) {
  const { section } = await readMessageStart(chunksOf(message, 10_000));
  return envelopeOf(section, query);
}

test("readMessageStart reads no further than it must and keeps every byte", async () => {
  const message = "From: a@example.org\r\nTo: b@example.org\r\n\r\nbody that is long";
  const chunks = chunksOf(message, 5);
  const { section, bytes } = await readMessageStart(chunks);
  assert.deepEqual(
    section.fields.map(({ name }) => name),
    ["from", "to"],
  );
  let text = new TextDecoder().decode(bytes);
  assert.ok(text.length < message.length);
  for await (const chunk of chunks) text += new TextDecoder().decode(chunk);
  assert.equal(text, message);
});

test("readMessageStart finds the end of headers with the newlines of Unix, and keeps those", async () => {
  const message = "From: a@example.org\nTo: b@example.org\n\nbody\n";
  const { section, bytes } = await readMessageStart(chunksOf(message, 1000));
  assert.equal(section.fields.length, 2);
  assert.equal(new TextDecoder().decode(bytes), message);
});

test("readMessageStart refuses headers that do not end within 256 KiB", async () => {
  const endless = `X: ${"x".repeat(300_000)}`;
  await assertRefusal(() => readMessageStart(chunksOf(endless, 65_536)), "headers_too_large");
});

test("envelopeOf takes sender and recipients from the headers, each recipient once", async () => {
  const found = await envelope(
    "From: A <a@example.org>\r\nTo: b@example.org,\r\n c@example.org\r\nCc: B <b@example.org>\r\nBcc: d@example.org, c@example.org\r\n\r\n",
  );
  assert.deepEqual(found, {
    sender: "a@example.org",
    recipients: ["b@example.org", "c@example.org", "d@example.org"],
    blindRecipients: ["d@example.org"],
  });
});

test("envelopeOf takes Sender before From", async () => {
  const message = "From: a@example.org, z@example.org\r\nSender: s@example.org\r\nTo: b@example.org\r\n\r\n";
  assert.equal((await envelope(message)).sender, "s@example.org");
});

test("envelopeOf takes the query's sender and recipients alone where they are named", async () => {
  const message = "From: a@example.org\r\nTo: b@example.org\r\nBcc: d@example.org\r\n\r\n";
  assert.deepEqual(await envelope(message, { from: "<>", to: ["x@example.org, y@example.org"] }), {
    sender: "",
    recipients: ["x@example.org", "y@example.org"],
    blindRecipients: [],
  });
});

test("envelopeOf needs neither headers when the query names all", async () => {
  const found = await envelope("just a body\r\n", { from: "a@example.org", to: ["b@example.org"] });
  assert.deepEqual([found.sender, found.recipients], ["a@example.org", ["b@example.org"]]);
});

test("envelopeOf refuses a message without a sender or a recipient", async () => {
  const { facts } = await assertRefusal(() => envelope("To: b@example.org\r\n\r\n"), "request_invalid");
  assert.equal(facts.errors[0]?.path, "from");
  await assertRefusal(() => envelope("From: a@example.org\r\n\r\n"), "no_recipients");
});

test("envelopeOf refuses control characters in any field, be it the envelope's or not", async () => {
  const rule = "must hold no control characters";
  for (const [header, path] of [
    ["Subject: a\0b", "headers.subject"],
    ["Subject: \u001b[2J", "headers.subject"],
    ["X-Own: a\u007f", "headers.x-own"],
    ["X-Own: a\r\n \u0008b", "headers.x-own"],
  ] as const) {
    const message = `From: a@example.org\r\nTo: b@example.org\r\n${header}\r\n\r\n`;
    const { facts } = await assertRefusal(() => envelope(message), "request_invalid");
    assert.deepEqual(facts.errors, [{ path, message: rule }], JSON.stringify(header));
  }
  const fine =
    "From: a@example.org\r\nTo:\tb@example.org\r\nSubject:\tGr\u00fc\u00dfe\r\n\tfolded\r\n\r\n\0 in the body";
  assert.deepEqual((await envelope(fine)).recipients, ["b@example.org"]);
});

test("envelopeOf refuses control characters in what the query names", async () => {
  const message = "From: a@example.org\r\nTo: b@example.org\r\n\r\n";
  for (const bad of [
    "a\r\nRCPT TO:<evil@example.org>",
    "a\0@example.org",
    "a@example.org\u001b",
    "a@example.org\r\n",
  ]) {
    await assertRefusal(() => envelope(message, { from: bad, to: ["b@example.org"] }), "request_invalid");
    await assertRefusal(() => envelope(message, { from: "a@example.org", to: [bad] }), "request_invalid");
  }
});

test("envelopeOf refuses what it can't read as an address, and passes over no one", async () => {
  const message = "From: a@example.org\r\nTo: b@example.org, Nobody\r\nCc: <>\r\n\r\n";
  const { facts } = await assertRefusal(() => envelope(message), "request_invalid");
  assert.deepEqual(facts.errors, [
    { path: "to", message: '"Nobody" is not an address' },
    { path: "cc", message: '"<>" is not an address' },
  ]);
  await assertRefusal(() => envelope(message, { from: "nobody", to: ["b@example.org"] }), "request_invalid");
});
