import assert from "node:assert/strict";
import { test } from "node:test";
import { DispatchError } from "../../core/error/mod.ts";
import { IngestionHarness, refusal, simple } from "./ingestion_harness.ts";

const id = `spl_${"0".repeat(32)}`;

/** What is asked of the API, and how the harness stands, when one check fails. */
interface Fault {
  readonly answer: readonly [status: number, code: string];
  readonly api?: Partial<IngestionHarness>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly type?: string;
  readonly body?: string;
}

/** The checks, in the order in which they are made. */
const checks: Readonly<Record<string, Fault>> = {
  source: { answer: [403, "address_not_allowed"], api: { isAllowed: false } },
  key: { answer: [401, "key_invalid"], headers: { authorization: "Bearer bad" } },
  rate: { answer: [429, "rate_limited"], api: { retryAfterSeconds: 30 } },
  size: { answer: [413, "message_too_large"], headers: { "content-length": "99999999" } },
  type: { answer: [415, "media_type_unsupported"], type: "text/csv" },
  content: { answer: [422, "request_invalid"], body: "{}" },
  disk: { answer: [503, "disk_nearly_full"], api: { freeBytes: 0 } },
};

function askWith(...faults: readonly Fault[]): Promise<Response> {
  const api = new IngestionHarness();
  for (const fault of faults) Object.assign(api, fault.api);
  const body = faults.find((fault) => fault.body !== undefined)?.body ?? JSON.stringify(simple);
  const type = faults.find((fault) => fault.type !== undefined)?.type ?? "application/json";
  return api.post(body, type, Object.assign({}, ...faults.map(({ headers }) => headers)));
}

const names = Object.keys(checks);
for (const [index, name] of names.slice(0, -1).entries()) {
  const next = names[index + 1]!;
  test(`the ${name} is checked before the ${next}`, async () => {
    const [first, second] = [checks[name]!, checks[next]!];
    assert.deepEqual(await refusal(await askWith(first, second)), first.answer);
    assert.deepEqual(await refusal(await askWith(second)), second.answer);
  });
}

test("content that can't be read is told before the disk, too, in each form of a message", async () => {
  for (const [type, body, answer] of [
    ["application/json", "{", [400, "body_malformed"]],
    ["multipart/form-data; boundary=x", "--x\r\n", [400, "body_malformed"]],
    ["message/rfc822", "Subject: no sender\r\n\r\n", [422, "request_invalid"]],
  ] as const) {
    assert.deepEqual(await refusal(await askWith(checks.disk!, { answer: [...answer], type, body })), answer);
  }
});

test("what passes in time is refused with the time to wait, and nothing else is", async () => {
  const waits = await Promise.all(names.map(async (name) => (await askWith(checks[name]!)).headers.get("retry-after")));
  assert.deepEqual(waits, [null, null, "30", null, null, null, "60"]);
});

const requests = [
  "/api/v1/messages",
  `/api/v1/messages/${id}`,
  "/api/v1/openapi.json",
  "/",
  "/nowhere",
  "/%ff",
].flatMap((path) =>
  ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"].map((method) => ({ path, method })),
);

test("an address that is not allowed gets its refusal for every path and method, whatever key it shows", async () => {
  const api = new IngestionHarness();
  api.isAllowed = false;
  for (const { path, method } of requests) {
    for (const authorization of ["Bearer good", "Bearer bad"]) {
      const response = await api.fetch(path, { method, headers: { authorization } });
      assert.equal(response.status, 403, `${method} ${path}`);
      const body = await response.text();
      if (method !== "HEAD") assert.equal(JSON.parse(body).code, "address_not_allowed");
    }
  }
  assert.deepEqual(api.rateCalls, []);
  assert.equal(api.refusals.length, requests.length * 2);
});

test("behind a trusted proxy the client's address counts: for the list, the message and what is reported", async () => {
  const api = new IngestionHarness();
  api.proxy = "10.0.0.7";
  api.isAllowed = (address) => address.startsWith("192.0.2.");
  const send = (headers: Record<string, string>) => api.postJson(simple, headers);
  assert.equal((await send({ "x-forwarded-for": "203.0.113.1, 192.0.2.9" })).status, 202);
  assert.equal(api.messages[0]?.origin.clientAddress, "192.0.2.9");
  assert.match(api.content, /^Received: from \[192\.0\.2\.9\]/m);
  assert.equal((await send({ forwarded: 'for="[::ffff:192.0.2.10]:80"' })).status, 202);
  assert.equal(api.messages[1]?.origin.clientAddress, "192.0.2.10");
  const refused = await send({ "x-forwarded-for": "192.0.2.9, 203.0.113.1" });
  assert.deepEqual(await refusal(refused), [403, "address_not_allowed"]);
  assert.deepEqual(await refusal(await send({})), [403, "address_not_allowed"]);
  assert.deepEqual(
    api.refusals.map(({ connection }) => connection.clientAddress),
    ["203.0.113.1", "10.0.0.7"],
  );
});

test("a client whose proxy hides it, or contradicts itself, is refused even where the proxy is allowed", async () => {
  const api = new IngestionHarness();
  api.proxy = "10.0.0.7";
  for (const headers of [
    { "x-forwarded-for": "unknown" },
    { forwarded: 'for="' },
    { "x-forwarded-for": "10.0.0.8", forwarded: "for=10.0.0.9" },
    { "x-forwarded-for": `${"10.0.0.8, ".repeat(1000)}10.0.0.8` },
  ]) {
    const response = await api.postJson(simple, headers);
    assert.doesNotMatch(await response.clone().text(), /10\.0\.0|trusted/);
    assert.deepEqual(await refusal(response), [403, "client_address_unclear"]);
  }
  assert.equal(api.messages.length, 0);
  const { message, remedy } = api.refusals[0]!.error as DispatchError;
  assert.equal(
    message,
    "The proxy 10.0.0.7 does not say clearly who its client is: X-Forwarded-For names a client without an address.",
  );
  assert.match(remedy ?? "", /api\.trusted_proxies/);
});

test("nobody but a trusted proxy is believed", async () => {
  const api = new IngestionHarness();
  const spoofed = { "x-forwarded-for": "192.0.2.9", forwarded: "for=192.0.2.9" };
  assert.equal((await api.postJson(simple, spoofed)).status, 202);
  assert.equal(api.messages[0]?.origin.clientAddress, "10.0.0.7");
});

test("a refused address is told which setting to change", async () => {
  const api = new IngestionHarness();
  api.isAllowed = false;
  const { detail } = (await (await api.postJson(simple)).json()) as { detail: string };
  assert.match(detail, /10\.0\.0\.7.*api\.allowed_cidrs/);
});

test("401 asks for a bearer token", async () => {
  const api = new IngestionHarness();
  const response = await api.postJson(simple, { authorization: "Basic x" });
  assert.match(response.headers.get("www-authenticate") ?? "", /^Bearer/);
});

test("429 says when to come again", async () => {
  const api = new IngestionHarness();
  api.retryAfterSeconds = 17;
  assert.equal((await api.postJson(simple)).headers.get("retry-after"), "17");
});

test("the rate follows the setting for a key that has none of its own", async () => {
  const api = new IngestionHarness();
  api.settings = { ...api.settings, ratePerMinute: 7 };
  await api.postJson(simple);
  assert.deepEqual(api.rateCalls, [["key_1", 7]]);
});

test("a key's own rate counts, be it higher, lower or none", async () => {
  const api = new IngestionHarness();
  for (const own of [1000, 1, 0]) {
    api.keyRate = own;
    await api.postJson(simple);
  }
  assert.deepEqual(api.rateCalls, [
    ["key_1", 1000],
    ["key_1", 1],
    ["key_1", 0],
  ]);
});

test("a long path is reported in short", async () => {
  const api = new IngestionHarness();
  await api.fetch(`/${"x".repeat(20_000)}`);
  assert.equal(api.refusals[0]?.path.length, 200);
});

test("a problem document says what RFC 9457 asks for, and its code", async () => {
  const api = new IngestionHarness();
  const response = await api.postJson({ ...simple, to: ["you@example.net", "nobody"], extra: 1 });
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.deepEqual(await response.json(), {
    type: "urn:dispatch:problem:request_invalid",
    title: "Request invalid",
    status: 422,
    detail: "The request has 2 errors.",
    code: "request_invalid",
    errors: [
      { path: "to[1]", message: '"nobody" is not an address' },
      { path: "extra", message: "is not a known field" },
    ],
  });
});

test("a problem document quotes little of a large body, and names fifty violations at most", async () => {
  const api = new IngestionHarness();
  const long = "x".repeat(100_000);
  for (const response of [
    await api.postJson({ ...simple, to: [long], [long]: 1, headers: { [`${long} `]: "a" } }),
    await api.postJson({ ...simple, to: Array(5000).fill("nobody") }),
    await api.postRaw(`From: a@example.org\r\nTo: ${"nobody, ".repeat(20_000)}\r\n\r\n`),
    await api.postForm(Array.from({ length: 1000 }, (_, n) => [`${n}${long.slice(0, 100)}`, "x"] as const)),
  ]) {
    assert.equal(response.status, 422);
    const text = await response.text();
    assert.ok(text.length < 40_000, `${text.length} characters`);
    assert.ok((JSON.parse(text) as { errors: unknown[] }).errors.length <= 50);
  }
});

test("415 names what is taken", async () => {
  const api = new IngestionHarness();
  const response = await api.post("a,b", "text/csv");
  assert.equal(response.headers.get("accept"), "multipart/form-data, application/json, message/rfc822");
});

test("a compressed body is refused", async () => {
  const api = new IngestionHarness();
  const response = await api.post("{}", "application/json", { "content-encoding": "gzip" });
  assert.deepEqual(await refusal(response), [400, "body_malformed"]);
});

test("GET of a message asks with the key's id and is not stored by caches", async () => {
  const api = new IngestionHarness();
  const response = await api.fetch(`/api/v1/messages/${id}`);
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.equal(((await response.json()) as { id: string }).id, id);
});

test("GET of what can be no message id is answered without asking", async () => {
  const api = new IngestionHarness();
  api.statusError = new Error("asked");
  for (const wrong of ["1", "spl_", `${id}0`, `spl_${"G".repeat(32)}`, "%00"]) {
    assert.deepEqual(await refusal(await api.fetch(`/api/v1/messages/${wrong}`)), [404, "message_unknown"]);
  }
});

test("GET with the log out of reach tells when to come again", async () => {
  const api = new IngestionHarness();
  api.statusError = new DispatchError("history_unavailable", { reason: "SQLITE_BUSY" });
  const response = await api.fetch(`/api/v1/messages/${id}`);
  assert.equal(response.headers.get("retry-after"), "10");
  assert.doesNotMatch(await response.clone().text(), /SQLITE/);
  assert.deepEqual(await refusal(response), [503, "history_unavailable"]);
});

test("GET of the list passes limit, status and cursor on", async () => {
  const api = new IngestionHarness();
  await api.fetch(`/api/v1/messages?limit=300&status=retrying&cursor=${id}`);
  await api.fetch("/api/v1/messages");
  assert.deepEqual(api.statusQueries, [
    { apiKeyId: "key_1", limit: 300, status: "retrying", cursor: id },
    { apiKeyId: "key_1", limit: 100 },
  ]);
});

test("GET of the list refuses what it does not know", async () => {
  const api = new IngestionHarness();
  for (const query of ["limit=0", "limit=301", "limit=x", "status=lost", "cursor=a%20b", "page=2"]) {
    assert.deepEqual(await refusal(await api.fetch(`/api/v1/messages?${query}`)), [422, "request_invalid"], query);
  }
});

test("HEAD is answered like GET, without a body", async () => {
  const api = new IngestionHarness();
  for (const path of [`/api/v1/messages/${id}`, "/api/v1/messages", "/api/v1/openapi.json"]) {
    const response = await api.fetch(path, { method: "HEAD" });
    assert.equal(response.status, 200, path);
    assert.equal(await response.text(), "");
  }
});

test("another method is refused with those that work", async () => {
  const api = new IngestionHarness();
  const response = await api.fetch("/api/v1/messages", { method: "DELETE" });
  assert.equal(response.headers.get("allow"), "GET, HEAD, POST");
  assert.deepEqual(await refusal(response), [405, "method_not_allowed"]);
  const one = await api.fetch(`/api/v1/messages/${id}`, { method: "POST" });
  assert.equal(one.headers.get("allow"), "GET, HEAD");
});

test("routes of the operator's port do not exist here", async () => {
  const api = new IngestionHarness();
  for (const path of ["/", "/health", "/metrics", "/api/config", "/api/v1/messages/"]) {
    assert.deepEqual(await refusal(await api.fetch(path)), [404, "route_unknown"], path);
  }
});

test("refusals are reported with the address and the key", async () => {
  const api = new IngestionHarness();
  await api.postJson({});
  const [refused] = api.refusals;
  assert.deepEqual(
    [refused?.connection.clientAddress, refused?.apiKeyId, refused?.method, refused?.path],
    ["10.0.0.7", "key_1", "POST", "/api/v1/messages"],
  );
});

test("no answer names the software", async () => {
  const api = new IngestionHarness();
  for (const response of [await api.postJson(simple), await api.fetch("/nowhere")]) {
    assert.equal(response.headers.get("server"), null);
    assert.equal(response.headers.get("x-powered-by"), null);
  }
});
