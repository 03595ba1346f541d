import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogFacts } from "../../../core/capabilities.ts";
import { controlApp } from "../../../web/control/app.ts";
import { createMemoryDispatch } from "../../support/memory_operation_context.ts";

async function createApp() {
  const dispatch = await createMemoryDispatch();
  const errors: [event: string, facts: LogFacts | undefined][] = [];
  const logger = {
    debug() {},
    info() {},
    warn() {},
    error: (event: string, _message: string, facts?: LogFacts) => void errors.push([event, facts]),
  };
  return { ...dispatch, errors, app: controlApp({ context: dispatch.context, logger }) };
}

function post(input: unknown): RequestInit {
  return { method: "POST", body: JSON.stringify(input) };
}

test("controlApp performs an operation and answers with its output", async () => {
  const { app } = await createApp();
  const response = await app.request("/operations/config.set", post({ values: { "spool.worker_count": 8 } }));
  assert.equal(response.status, 200);
  const [view] = (await response.json()) as { key: string; value: unknown }[];
  assert.deepEqual([view?.key, view?.value], ["spool.worker_count", 8]);
});

test("controlApp answers a refusal with code, facts, message and remedy", async () => {
  const { app } = await createApp();
  const response = await app.request("/operations/config.get", post({ key: "spool.wroker_count" }));
  assert.equal(response.status, 404);
  assert.deepEqual(await response.json(), {
    error: {
      code: "config_key_unknown",
      facts: { key: "spool.wroker_count", nearest: "spool.worker_count" },
      message: 'There is no setting "spool.wroker_count".',
      remedy: "Did you mean spool.worker_count?",
    },
  });
});

test("controlApp keeps the cause of an unexpected failure for the log", async () => {
  const { app, intake, errors } = await createApp();
  intake.refusal = new RangeError("planted");
  const response = await app.request(
    "/operations/message.send",
    post({ from: "a@example.org", to: ["b@example.org"] }),
  );
  const text = await response.text();
  assert.equal(response.status, 500);
  assert.ok(!text.includes("planted"));
  assert.equal(JSON.parse(text).error.code, "internal_error");
  assert.deepEqual(errors, [["control.failed", { error: intake.refusal }]]);
});

for (const [name, path, init, code] of [
  ["an unknown operation", "/operations/relay.fry", post({}), "operation_unknown"],
  ["a feed as operation", "/operations/log.tail", post({}), "operation_unknown"],
  ["an operation as feed", "/feeds/config.list", post({}), "operation_unknown"],
  ["another method", "/operations/config.list", {}, "route_unknown"],
  ["another path", "/health", {}, "route_unknown"],
  ["a body that is no JSON", "/operations/config.list", { method: "POST", body: "{" }, "body_malformed"],
  ["no body", "/operations/config.list", { method: "POST" }, "body_malformed"],
  [
    "a body beyond the limit",
    "/operations/config.list",
    { method: "POST", body: "{}", headers: { "content-length": String(2 ** 30) } },
    "message_too_large",
  ],
] as const) {
  test(`controlApp refuses ${name}`, async () => {
    const { app } = await createApp();
    const response = await app.request(path, init);
    const { error } = (await response.json()) as { error: { code: string } };
    assert.equal(error.code, code);
    assert.ok(response.status >= 400);
  });
}

test("controlApp streams a feed under its media type", async () => {
  const { app, queue } = await createApp();
  queue.contents.set("spl_1", Uint8Array.of(0, 13, 10, 255));
  const response = await app.request("/feeds/queue.content", post({ id: "spl_1" }));
  assert.equal(response.headers.get("content-type"), "message/rfc822");
  assert.deepEqual(new Uint8Array(await response.arrayBuffer()), Uint8Array.of(0, 13, 10, 255));
});

test("controlApp refuses a feed before it streams", async () => {
  const { app } = await createApp();
  const response = await app.request("/feeds/queue.content", post({ id: "spl_none" }));
  assert.equal(response.status, 404);
});
