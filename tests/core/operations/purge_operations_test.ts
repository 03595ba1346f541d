import assert from "node:assert/strict";
import { test } from "node:test";
import { performOperation } from "../../../core/operations/operation_table.ts";
import { createMemoryDispatch } from "../../support/memory_operation_context.ts";
import { samplePurgeRun } from "../../support/memory_purges.ts";

const shown = {
  id: "prg_1",
  cause: "request",
  startedAt: "2026-11-22T12:00:00.000Z",
  endedAt: "2026-11-22T12:01:00.000Z",
  state: "done",
  removed: { failedMessages: 2, audit: 0 },
  problem: null,
};

test("purge.run answers with the record of the purge", async () => {
  const { context } = await createMemoryDispatch();
  assert.deepEqual(await performOperation(context, "purge.run", {}), shown);
});

test("purge.list shows the last purges, one under way without an end", async () => {
  const { context, purges } = await createMemoryDispatch();
  purges.runs.push(samplePurgeRun({ id: "prg_2", endedAtMs: null, state: "running" }), samplePurgeRun());
  const running = { ...shown, id: "prg_2", endedAt: null, state: "running" };
  assert.deepEqual(await performOperation(context, "purge.list", {}), [running, shown]);
  assert.deepEqual(await performOperation(context, "purge.list", { limit: "1" }), [running]);
});
