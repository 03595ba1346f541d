import assert from "node:assert/strict";
import { test } from "node:test";
import { DispatchError } from "../../../core/error/mod.ts";
import { performOperation } from "../../../core/operations/operation_table.ts";
import type { SpoolState } from "../../../core/spool/entry.ts";
import { createMemoryDispatch } from "../../support/memory_operation_context.ts";
import { sampleEntry } from "../../support/memory_queue.ts";

const idOf = (index: number) => `spl_${String(index).padStart(5, "0")}`;

async function withMessages(count: number, state: SpoolState = "failed") {
  const { context, queue } = await createMemoryDispatch();
  for (let index = 0; index < count; index++) queue.entries.set(idOf(index), sampleEntry({ id: idOf(index), state }));
  queue.entries.set("spl_other", sampleEntry({ id: "spl_other", state: "captured" }));
  const statesOf = () => new Set([...queue.entries.values()].map(({ id, state: now }) => `${id.slice(0, 5)} ${now}`));
  return { context, queue, statesOf };
}

test("queue.retry-all makes all messages of the state due, however many, and no other", async () => {
  const { context, statesOf } = await withMessages(1203);
  assert.deepEqual(await performOperation(context, "queue.retry-all", { state: "failed" }), { done: 1203, skipped: 0 });
  assert.deepEqual(statesOf(), new Set(["spl_0 queued", "spl_o captured"]));
});

test("queue.delete-all deletes all messages of the state, and no other", async () => {
  const { context, queue } = await withMessages(501);
  assert.deepEqual(await performOperation(context, "queue.delete-all", { state: "failed" }), { done: 501, skipped: 0 });
  assert.deepEqual([...queue.entries.keys()], ["spl_other"]);
});

test("queue.retry-all ends although messages fail again at once", async () => {
  const { context, queue } = await withMessages(700);
  // Delivery is refused before the next page is looked at.
  queue.retry = async (id) => void queue.entries.set(id, sampleEntry({ id, state: "failed" }));
  assert.deepEqual(await performOperation(context, "queue.retry-all", { state: "failed" }), { done: 700, skipped: 0 });
});

test("queue.delete-all counts what is busy, gone or unreadable by then as skipped", async () => {
  const { context, queue } = await withMessages(4);
  const remove = queue.delete.bind(queue);
  const refusals = [
    new DispatchError("queue_entry_busy", { id: idOf(0) }),
    new DispatchError("queue_entry_unknown", { id: idOf(1) }),
    new DispatchError("queue_entry_unreadable", { id: idOf(2), reason: "EIO" }),
  ];
  queue.delete = async (id) => {
    const refusal = refusals.find(({ facts }) => (facts as { id: string }).id === id);
    if (refusal !== undefined) throw refusal;
    await remove(id);
  };
  assert.deepEqual(await performOperation(context, "queue.delete-all", { state: "failed" }), { done: 1, skipped: 3 });
});

test("queue.list goes on below a message, be it there or gone", async () => {
  const { context } = await withMessages(5);
  const list = async (input: object) =>
    ((await performOperation(context, "queue.list", { state: "failed", ...input })) as { id: string }[]).map(
      ({ id }) => id,
    );
  assert.deepEqual(await list({ limit: 2 }), [idOf(4), idOf(3)]);
  assert.deepEqual(await list({ limit: 2, before: idOf(3) }), [idOf(2), idOf(1)]);
  assert.deepEqual(await list({ before: idOf(0) }), []);
});
