import assert from "node:assert/strict";
import { test } from "node:test";
import { IngestionHarness, refusal, simple } from "./ingestion_harness.ts";

const raw =
  "From: App <app@example.org>\r\nTo: you@example.net\r\nCc: cc@example.net\r\nBcc: hidden@example.net,\r\n two@example.net\r\n" +
  "Date: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <own@example.org>\r\nSubject: raw\r\n\r\nbody\r\n";
const rawWithoutBcc = raw.replace(/Bcc: .*\r\n .*\r\n/, "");

/** What a client that broke off leaves: some bytes, then an error. */
function brokenStream(start: string): ReadableStream<Uint8Array> {
  let isStarted = false;
  return new ReadableStream({
    pull(controller) {
      if (isStarted) controller.error(new TypeError("aborted"));
      else controller.enqueue(new TextEncoder().encode(start));
      isStarted = true;
    },
  });
}

test("POST of JSON answers 202 with the id and its location", async () => {
  const api = new IngestionHarness();
  const response = await api.postJson(simple);
  assert.equal(response.status, 202);
  const id = "spl_00000000000000000000000000000001";
  assert.deepEqual(await response.json(), { id, message: "Queued. Thank you." });
  assert.equal(response.headers.get("location"), `/api/v1/messages/${id}`);
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.equal(response.headers.get("idempotent-replayed"), null);
});

test("POST of JSON gives the envelope every recipient once, and the headers no blind one", async () => {
  const api = new IngestionHarness();
  await api.postJson({
    ...simple,
    to: "You <you@example.net>, b@EXAMPLE.net",
    cc: ["b@example.net"],
    bcc: ["hidden@example.net", "you@example.net"],
  });
  assert.deepEqual(api.messages[0]?.recipients, [
    { address: "you@example.net", kind: "to" },
    { address: "b@example.net", kind: "to" },
    { address: "hidden@example.net", kind: "bcc" },
  ]);
  assert.match(api.content, /^To: You <you@example\.net>, b@example\.net\r$/m);
  assert.doesNotMatch(api.content, /bcc|hidden/i);
});

test("POST of JSON composes subject, text, files, headers, reply-to and tags", async () => {
  const api = new IngestionHarness();
  await api.postJson({
    ...simple,
    replyTo: "desk@example.org",
    headers: { "X-Order": "4711" },
    tags: ["orders"],
    attachments: [{ filename: "a.txt", content: btoa("attached"), contentType: "text/plain" }],
  });
  assert.match(api.content, /^Subject: hello\r$/m);
  assert.match(api.content, /^Reply-To: desk@example\.org\r$/m);
  assert.match(api.content, /^X-Order: 4711\r$/m);
  assert.match(api.content, new RegExp(btoa("attached")));
  assert.deepEqual(api.messages[0]?.tags, ["orders"]);
  assert.deepEqual(api.messages[0]?.attachments, ["a.txt"]);
});

test("POST records address, TLS and key as the message's origin", async () => {
  const api = new IngestionHarness();
  api.connection = { clientAddress: "10.0.0.9", tls: { version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256" } };
  await api.postJson(simple);
  const { clientAddress, tls } = api.connection;
  assert.deepEqual(api.messages[0]?.origin, { source: "http", clientAddress, tls, apiKeyId: "key_1", smtpUser: null });
  assert.match(api.content, /with HTTPS\s+\(TLSv1\.3:TLS_AES_128_GCM_SHA256\)/);
});

test("POST of a form takes the fields that Mailgun's clients send", async () => {
  const api = new IngestionHarness();
  const response = await api.postForm([
    ["from", "Grüße <app@example.org>"],
    ["to", "you@example.net, b@example.net"],
    ["to", "c@example.net"],
    ["bcc", "hidden@example.net"],
    ["cc", ""],
    ["subject", "hello"],
    ["text", "hi"],
    ["html", '<img src="cid:logo.png">'],
    ["h:X-Order", "4711"],
    ["h:Reply-To", "desk@example.org"],
    ["o:tag", "one"],
    ["o:tag", "two"],
    ["attachment", new File(["attached"], "/home/app/a.txt", { type: "text/plain" })],
    ["inline", new File(["image"], "logo.png", { type: "image/png" })],
  ]);
  assert.equal(response.status, 202, await response.text());
  assert.deepEqual(
    api.messages[0]?.recipients.map(({ address }) => address),
    ["you@example.net", "b@example.net", "c@example.net", "hidden@example.net"],
  );
  assert.deepEqual(api.messages[0]?.tags, ["one", "two"]);
  assert.deepEqual(api.messages[0]?.attachments, ["a.txt", "logo.png"]);
  assert.match(api.content, /^X-Order: 4711\r$/m);
  assert.match(api.content, /^Reply-To: desk@example\.org\r$/m);
  assert.match(api.content, /^Content-ID: <logo\.png>\r$/m);
  assert.doesNotMatch(api.content, /hidden/);
});

test("POST of message/rfc822 takes the envelope from the headers and no Bcc on", async () => {
  const api = new IngestionHarness();
  assert.equal((await api.postRaw(raw)).status, 202);
  assert.equal(api.messages[0]?.sender, "app@example.org");
  assert.deepEqual(api.messages[0]?.recipients, [
    { address: "you@example.net", kind: "to" },
    { address: "cc@example.net", kind: "cc" },
    { address: "hidden@example.net", kind: "bcc" },
    { address: "two@example.net", kind: "bcc" },
  ]);
  assert.ok(api.content.endsWith(rawWithoutBcc), api.content);
});

test("POST of message/rfc822 takes the envelope from the query before the headers", async () => {
  const api = new IngestionHarness();
  const query = "?from=&to=a@example.net,b@example.net&to=c@example.net";
  assert.equal((await api.postRaw(raw, query)).status, 202);
  assert.equal(api.messages[0]?.sender, "");
  assert.deepEqual(
    api.messages[0]?.recipients.map(({ address }) => address),
    ["a@example.net", "b@example.net", "c@example.net"],
  );
});

test("POST of message/rfc822 streams a large message into a file, whatever its chunks are", async () => {
  const api = new IngestionHarness();
  const large = `${rawWithoutBcc}${"0123456789abcdef".repeat(40_000)}\r\n`;
  const bytes = new TextEncoder().encode(large);
  const chunks = [bytes.slice(0, 7), bytes.slice(7, 60), bytes.slice(60, 300_001), bytes.slice(300_001)];
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  assert.equal((await api.postRaw(stream)).status, 202);
  assert.equal(api.messages[0]?.content.kind, "large");
  assert.ok(api.content.endsWith(large));
});

test("POST takes a message/rfc822 with the newlines of Unix", async () => {
  const api = new IngestionHarness();
  assert.equal((await api.postRaw(raw.replaceAll("\r\n", "\n"))).status, 202);
  assert.equal(api.messages[0]?.recipients.length, 4);
  assert.ok(api.content.endsWith(rawWithoutBcc));
});

for (const [type, body] of [
  ["message/rfc822", `${raw}${"x".repeat(400_000)}`],
  ["application/json", '{"from":'],
  ["multipart/form-data; boundary=x", "--x\r\n"],
] as const) {
  test(`POST of ${type} that breaks off leaves nothing behind`, async () => {
    const api = new IngestionHarness();
    assert.deepEqual(await refusal(await api.post(brokenStream(body), type)), [400, "body_incomplete"]);
    assert.equal(api.messages.length, 0);
    assert.equal(api.files.size, 0);
    const share = await api.budget.acquire(64 * 1024 * 1024, AbortSignal.timeout(1000));
    share.release();
  });

  test(`POST of ${type} shorter than its Content-Length is refused`, async () => {
    const api = new IngestionHarness();
    const response = await api.post(body, type, { "content-length": "500000" });
    assert.deepEqual(await refusal(response), [400, "body_incomplete"]);
    assert.equal(api.messages.length, 0);
    assert.equal(api.files.size, 0);
  });
}

test("POST refuses by Content-Length before it reads", async () => {
  const api = new IngestionHarness();
  const response = await api.post(brokenStream("{"), "application/json", { "content-length": "1000001" });
  assert.deepEqual(await refusal(response), [413, "message_too_large"]);
});

test("POST without a length is refused once it is too long, and leaves nothing behind", async () => {
  const api = new IngestionHarness();
  api.settings = { ...api.settings, maxMessageBytes: 300_000 };
  const chunk = new TextEncoder().encode(`${raw}${"x".repeat(100_000)}`);
  const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(chunk) });
  assert.deepEqual(await refusal(await api.postRaw(endless)), [413, "message_too_large"]);
  assert.equal(api.files.size, 0);
});

test("POST refuses a small body whose message is too large once composed", async () => {
  const api = new IngestionHarness();
  api.settings = { ...api.settings, maxMessageBytes: 200 };
  assert.deepEqual(await refusal(await api.postJson(simple)), [413, "message_too_large"]);
});

test("POST with an Idempotency-Key answers the same body with the first id, marked", async () => {
  const api = new IngestionHarness();
  const first = await api.postJson(simple, { "idempotency-key": "order-1" });
  const again = await api.postJson(simple, { "idempotency-key": "order-1" });
  assert.equal(again.status, 202);
  assert.equal(again.headers.get("idempotent-replayed"), "true");
  assert.deepEqual(await again.json(), await first.json());
  assert.equal(api.messages.length, 1);
});

test("POST with an Idempotency-Key refuses another body", async () => {
  const api = new IngestionHarness();
  await api.postJson(simple, { "idempotency-key": "order-1" });
  const other = await api.postJson({ ...simple, text: "other" }, { "idempotency-key": "order-1" });
  assert.deepEqual(await refusal(other), [409, "idempotency_conflict"]);
});

test("POST with an Idempotency-Key knows a form again whatever its boundary is", async () => {
  const api = new IngestionHarness();
  const fields = [
    ["from", "app@example.org"],
    ["to", "you@example.net"],
    ["attachment", new File(["attached"], "a.txt", { type: "text/plain" })],
  ] as const;
  const headers = { "idempotency-key": "form-1" };
  assert.equal((await api.postForm(fields, headers)).status, 202);
  assert.equal((await api.postForm(fields, headers)).headers.get("idempotent-replayed"), "true");
  const other = await api.postForm([...fields, ["o:tag", "x"]], headers);
  assert.deepEqual(await refusal(other), [409, "idempotency_conflict"]);
});

test("POST with an Idempotency-Key takes the query of message/rfc822 for a part of the body", async () => {
  const api = new IngestionHarness();
  const headers = { "idempotency-key": "raw-1" };
  assert.equal((await api.postRaw(raw, "", headers)).status, 202);
  assert.equal((await api.postRaw(raw, "", headers)).headers.get("idempotent-replayed"), "true");
  assert.deepEqual(await refusal(await api.postRaw(raw, "?to=else@example.net", headers)), [
    409,
    "idempotency_conflict",
  ]);
});

test("POST refuses an Idempotency-Key that is too long or not visible", async () => {
  const api = new IngestionHarness();
  for (const key of ["", "a b", "x".repeat(257)]) {
    assert.deepEqual(await refusal(await api.postJson(simple, { "idempotency-key": key })), [422, "request_invalid"]);
  }
  assert.equal((await api.postJson(simple, { "idempotency-key": "x".repeat(256) })).status, 202);
});

test("POST that finds the disk nearly full is told when to come again", async () => {
  const api = new IngestionHarness();
  api.freeBytes = 100_000_000;
  const response = await api.postJson(simple);
  assert.equal(response.headers.get("retry-after"), "60");
  const text = await response.clone().text();
  assert.doesNotMatch(text, /100000000/);
  assert.deepEqual(await refusal(response), [503, "disk_nearly_full"]);
});

test("POST that fails inside tells the client nothing about it", async () => {
  const api = new IngestionHarness();
  api.appendError = new Error("EIO at /var/lib/dispatch/spool.db");
  const response = await api.postJson(simple);
  assert.doesNotMatch(await response.clone().text(), /EIO|spool\.db/);
  assert.deepEqual(await refusal(response), [500, "internal_error"]);
  assert.equal(api.refusals[0]?.error, api.appendError);
});
