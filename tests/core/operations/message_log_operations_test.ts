import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageLogRow } from "../../../core/operations/message_log_view.ts";
import { openFeed, performOperation } from "../../../core/operations/operation_table.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { sampleEvent } from "../../support/memory_message_log.ts";
import { createMemoryDispatch, fixedNowMs, type MemoryDispatch } from "../../support/memory_operation_context.ts";

type Page = { rows: MessageLogRow[]; next: string | null };

test("log.search shows a row with its recipients apart and its origin flat", async () => {
  const { context, log } = await createMemoryDispatch();
  const recipients = (["to", "cc", "bcc"] as const).map((kind) => ({ address: `${kind}@example.net`, kind }));
  log.rows.push(sampleEvent({ recipients }));
  const { rows } = (await performOperation(context, "log.search", {})) as Page;
  assert.deepEqual(rows, [
    {
      eventId: "evt_1",
      time: "2026-11-22T11:00:00.000Z",
      id: "spl_1",
      event: "delivered",
      attempt: 1,
      sender: "app@example.org",
      to: ["to@example.net"],
      cc: ["cc@example.net"],
      bcc: ["bcc@example.net"],
      subject: "Hello",
      messageId: "1@example.org",
      sizeBytes: 1234,
      relay: "smarthost",
      rule: null,
      provider: "smtp",
      providerMessageId: null,
      response: "250 2.0.0 Ok",
      error: null,
      durationMs: 12,
      source: "smtp",
      clientAddress: "192.0.2.7",
      apiKeyId: null,
      apiKeyName: null,
      smtpUser: null,
      tlsVersion: "TLSv1.3",
      tlsCipher: "TLS_AES_256_GCM_SHA384",
      omitted: [],
      tags: [],
      attachments: [],
    },
  ]);
});

test("log.search passes what was asked for on, times as milliseconds", async () => {
  const { context, log } = await createMemoryDispatch();
  const input = { fromTime: "2026-11-22", toTime: "2026-11-22T12:00:00Z", event: "failed", sender: "app", limit: "5" };
  await performOperation(context, "log.search", input);
  assert.deepEqual(log.queries, [
    {
      fromTimeMs: Date.UTC(2026, 10, 22),
      toTimeMs: Date.UTC(2026, 10, 22, 12),
      event: "failed",
      sender: "app",
      limit: 5,
    },
  ]);
});

test("log.search finds by the id or the name of a key, and shows both", async () => {
  const { context, log } = await createMemoryDispatch();
  const revoked = await context.keys.create("app", null);
  await context.keys.revoke(revoked.id);
  const key = await context.keys.create("app", null);
  log.rows.push(sampleEvent({ origin: { ...sampleEvent().origin, apiKeyId: key.id } }));
  const { rows } = (await performOperation(context, "log.search", { key: "app" })) as Page;
  await performOperation(context, "log.search", { key: key.id });
  await performOperation(context, "log.search", { key: "unknown" });
  assert.deepEqual(
    rows.map(({ apiKeyId, apiKeyName }) => [apiKeyId, apiKeyName]),
    [[key.id, "app"]],
  );
  assert.deepEqual(
    log.queries.map(({ apiKeyIds }) => apiKeyIds),
    [[revoked.id, key.id], [key.id], []],
  );
});

test("log.search refuses what is no domain and no address", async () => {
  const { context } = await createMemoryDispatch();
  for (const input of [{ domain: "not a domain" }, { domain: "*" }, { address: "192.0.2" }])
    await assertRefusal(() => performOperation(context, "log.search", input), "input_invalid");
});

test("log.search goes on at the cursor", async () => {
  const { context, log } = await createMemoryDispatch();
  for (let i = 0; i < 3; i++) log.rows.push(sampleEvent({ eventId: `evt_${i}`, timeMs: fixedNowMs + i }));
  const first = (await performOperation(context, "log.search", { limit: 2 })) as Page;
  const second = (await performOperation(context, "log.search", { limit: 2, cursor: first.next })) as Page;
  assert.deepEqual(
    [...first.rows, ...second.rows].map(({ eventId }) => eventId),
    ["evt_2", "evt_1", "evt_0"],
  );
  assert.equal(second.next, null);
});

test("log.search waits until the log holds what has happened", async () => {
  const { context, log } = await createMemoryDispatch();
  const caughtUp = async () => void log.rows.push(sampleEvent());
  const page = (await performOperation({ ...context, caughtUp }, "log.search", {})) as Page;
  assert.equal(page.rows.length, 1);
});

test("log.search refuses an event that there is none of", async () => {
  const { context } = await createMemoryDispatch();
  await assertRefusal(() => performOperation(context, "log.search", { event: "sent" }), "input_invalid");
});

/** Reads lines of the feed until there are `count`, then cancels it. */
async function readRows(
  { context }: MemoryDispatch,
  count: number,
  onRow?: (ids: string[]) => void,
): Promise<string[]> {
  const reader = (await openFeed(context, "log.tail", {})).getReader();
  const ids: string[] = [];
  while (ids.length < count) {
    const { value, done } = await reader.read();
    if (done) break;
    ids.push(
      ...new TextDecoder()
        .decode(value)
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as MessageLogRow).eventId),
    );
    onRow?.(ids);
  }
  await reader.cancel();
  return ids;
}

test("log.tail starts with the last ten rows, oldest first", async () => {
  const dispatch = await createMemoryDispatch();
  for (let i = 10; i < 30; i++)
    dispatch.log.rows.push(sampleEvent({ eventId: `evt_${i}`, timeMs: fixedNowMs + i * 1000 }));
  const expected = Array.from({ length: 10 }, (_, i) => `evt_${i + 20}`);
  assert.deepEqual(await readRows(dispatch, 10), expected);
});

test("log.tail prints rows that come later, each once, late ones too", async () => {
  const dispatch = await createMemoryDispatch();
  const add = (eventId: string, timeMs: number) => dispatch.log.rows.push(sampleEvent({ eventId, timeMs }));
  add("evt_1", fixedNowMs);
  const planned = [
    () => add("evt_2", fixedNowMs + 1000),
    () => add("evt_3", fixedNowMs + 500),
    () => add("evt_4", fixedNowMs + 1000),
    () => add("evt_5", fixedNowMs + 60_000),
  ];
  const ids = await readRows(dispatch, 5, () => planned.shift()?.());
  assert.deepEqual(ids, ["evt_1", "evt_2", "evt_3", "evt_4", "evt_5"]);
});

test("log.tail prints the first row of an empty log", async () => {
  const dispatch = await createMemoryDispatch();
  setTimeout(() => dispatch.log.rows.push(sampleEvent({ timeMs: fixedNowMs })), 20);
  assert.deepEqual(await readRows(dispatch, 1), ["evt_1"]);
});

test("log.tail loses no row of a burst that is larger than a page", async () => {
  const dispatch = await createMemoryDispatch();
  const row = (i: number) => sampleEvent({ eventId: `evt_${String(i).padStart(5, "0")}`, timeMs: fixedNowMs + i });
  dispatch.log.rows.push(row(0));
  const ids = await readRows(dispatch, 2501, () => {
    if (dispatch.log.rows.length === 1) for (let i = 1; i <= 2500; i++) dispatch.log.rows.push(row(i));
  });
  assert.equal(new Set(ids).size, 2501);
  assert.equal(ids.length, 2501);
});

test("log.tail stops asking the log once it is cancelled", async () => {
  const dispatch = await createMemoryDispatch();
  dispatch.log.rows.push(sampleEvent());
  await readRows(dispatch, 1);
  const asked = dispatch.log.queries.length;
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.ok(dispatch.log.queries.length <= asked + 1);
});
