import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleEvent } from "../../support/memory_message_log.ts";
import { bearerOf } from "./openapi_harness.ts";
import { OperatorHarness } from "./operator_harness.ts";

/** Reads from a stream of events until `isEnough`, or its end. */
async function readUntil(response: Response, isEnough: (text: string) => boolean): Promise<string> {
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (!isEnough(text)) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text;
}

function rowsOf(text: string): string[] {
  return Array.from(text.matchAll(/^event: log\ndata: (.*)$/gm), ([, data]) => JSON.parse(data!).eventId as string);
}

test("GET /api/events sends the last rows of the message log, and each new one", async () => {
  const harness = await OperatorHarness.signedIn();
  harness.dispatch.log.rows.push(sampleEvent({ eventId: "evt_1" }));
  const response = await harness.fetch("/api/events");
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const timeMs = sampleEvent().timeMs + 1;
  const text = await readUntil(response, (read) => {
    const rows = rowsOf(read);
    const { log } = harness.dispatch;
    if (rows.length === 1 && log.rows.length === 1) log.rows.push(sampleEvent({ eventId: "evt_2", timeMs }));
    return rows.length === 2;
  });
  assert.deepEqual(rowsOf(text), ["evt_1", "evt_2"]);
});

test("GET /api/events ends when the session does", async () => {
  const harness = await OperatorHarness.signedIn();
  const response = await harness.fetch("/api/events");
  await harness.post("/api/auth/logout", {});
  await readUntil(response, () => false);
});

test("GET /api/events does not keep a session from ending for want of requests", async () => {
  const harness = await OperatorHarness.signedIn();
  harness.admin.setting.timeoutMinutes = 5;
  const response = await harness.fetch("/api/events");
  harness.admin.clock.nowMs += 5 * 60_000 + 1;
  await readUntil(response, () => false);
});

test("GET /api/events ends when the token is revoked", async () => {
  const harness = await OperatorHarness.fresh();
  const headers = await bearerOf(harness, "read");
  const response = await harness.fetch("/api/events", { headers });
  const [token] = await harness.dispatch.context.tokens.list();
  await harness.dispatch.context.tokens.revoke(token!.id);
  await readUntil(response, () => false);
});

test("HEAD of a feed answers without a body, and leaves nothing open", async () => {
  const harness = await OperatorHarness.signedIn();
  for (let i = 0; i < 30; i++) {
    const response = await harness.fetch("/api/events", { method: "HEAD" });
    assert.deepEqual([response.status, await response.text()], [200, ""]);
  }
});
