import assert from "node:assert/strict";
import { test } from "node:test";
import { openFeed, performOperation } from "../../../core/operations/operation_table.ts";
import type { QueueEntryDetails, QueueEntryView } from "../../../core/operations/queue_view.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { createMemoryDispatch, type MemoryDispatch } from "../../support/memory_operation_context.ts";
import { sampleEntry } from "../../support/memory_queue.ts";

async function withEntries(...entries: Parameters<typeof sampleEntry>[0][]): Promise<MemoryDispatch> {
  const dispatch = await createMemoryDispatch();
  for (const entry of entries) dispatch.queue.entries.set(entry?.id ?? "spl_1", sampleEntry(entry));
  return dispatch;
}

test("queue.list shows an entry in the documented shape", async () => {
  const { context } = await withEntries({
    state: "retrying",
    attempts: 2,
    lastError: "451 later",
    recipients: [
      { address: "a@example.net", kind: "to", state: "delivered", relay: "one", response: "250 Ok" },
      { address: "b@example.net", kind: "bcc", state: "pending", relay: "two", response: "451 later" },
    ],
  });
  assert.deepEqual(await performOperation(context, "queue.list", {}), [
    {
      id: "spl_1",
      state: "retrying",
      from: "app@example.org",
      recipients: [
        { address: "a@example.net", outcome: "delivered" },
        { address: "b@example.net", outcome: "pending" },
      ],
      attempts: 2,
      nextAttemptAt: "2026-11-22T11:05:00.000Z",
      lastError: "451 later",
      sizeBytes: 1234,
      relay: "one, two",
    },
  ]);
});

test("queue.list says of no other state than queued and retrying when the next attempt is due", async () => {
  const states = ["processing", "failed", "captured", "unreadable"] as const;
  const { context } = await withEntries(...states.map((state) => ({ id: `spl_${state}`, state })));
  const entries = (await performOperation(context, "queue.list", {})) as QueueEntryView[];
  assert.equal(entries.length, 4);
  for (const { nextAttemptAt, relay } of entries) assert.deepEqual([nextAttemptAt, relay], [null, null]);
});

test("queue.list takes a state and a limit, as number or as text", async () => {
  const { context } = await withEntries({ id: "spl_1" }, { id: "spl_2", state: "failed" }, { id: "spl_3" });
  const idsOf = async (input: object) =>
    ((await performOperation(context, "queue.list", input)) as QueueEntryView[]).map(({ id }) => id);
  assert.deepEqual(await idsOf({ state: "failed" }), ["spl_2"]);
  assert.deepEqual(await idsOf({ limit: "1" }), ["spl_3"]);
});

test("queue.show tells each recipient's answer and where the message came from", async () => {
  const { context } = await withEntries({
    recipients: [{ address: "a@example.net", kind: "cc", state: "failed", relay: "one", response: "550 no" }],
  });
  const [entry] = (await performOperation(context, "queue.show", { ids: ["spl_1"] })) as QueueEntryDetails[];
  assert.deepEqual(entry?.recipients, [
    { address: "a@example.net", outcome: "failed", kind: "cc", relay: "one", response: "550 no" },
  ]);
  assert.deepEqual(
    [entry?.source, entry?.clientAddress, entry?.acceptedAt],
    ["smtp", "192.0.2.7", "2026-11-22T11:00:00.000Z"],
  );
});

test("queue.retry queues messages again", async () => {
  const { context, queue } = await withEntries({ state: "failed", attempts: 4 });
  const [entry] = (await performOperation(context, "queue.retry", { ids: ["spl_1", "spl_1"] })) as QueueEntryView[];
  assert.deepEqual([entry?.state, entry?.attempts], ["queued", 0]);
  assert.equal(queue.entries.get("spl_1")?.state, "queued");
});

test("queue.delete deletes messages and shows what they were", async () => {
  const { context, queue } = await withEntries({ state: "failed" });
  const [entry] = (await performOperation(context, "queue.delete", { ids: ["spl_1"] })) as QueueEntryView[];
  assert.deepEqual([entry?.id, entry?.state, queue.entries.size], ["spl_1", "failed", 0]);
});

for (const verb of ["retry", "delete"]) {
  test(`queue.${verb} changes nothing when one of the ids is unknown or busy`, async () => {
    const { context, queue } = await withEntries({ state: "failed" }, { id: "spl_2", state: "processing" });
    const perform = (ids: string[]) => performOperation(context, `queue.${verb}`, { ids });
    const unknown = await assertRefusal(() => perform(["spl_1", "spl_none"]), "queue_entry_unknown");
    assert.equal(unknown.facts.id, "spl_none");
    await assertRefusal(() => perform(["spl_1", "spl_2"]), "queue_entry_busy");
    assert.equal(queue.entries.get("spl_1")?.state, "failed");
  });
}

test("queue.content streams the message byte for byte", async () => {
  const { context, queue } = await withEntries({});
  const bytes = Uint8Array.from({ length: 256 }, (_, value) => value);
  queue.contents.set("spl_1", bytes);
  const stream = await openFeed(context, "queue.content", { id: "spl_1" });
  assert.deepEqual(new Uint8Array(await new Response(stream).arrayBuffer()), bytes);
});

test("queue.content refuses an unknown id", async () => {
  const { context } = await withEntries();
  await assertRefusal(() => openFeed(context, "queue.content", { id: "spl_none" }), "queue_entry_unknown");
});
