import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConfigView } from "../../../core/config/mask.ts";
import { performOperation } from "../../../core/operations/operation_table.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { createMemoryDispatch } from "../../support/memory_operation_context.ts";

test("config.set changes the settings in force and shows them", async () => {
  const { context } = await createMemoryDispatch();
  const values = { "spool.worker_count": "8", "listener.ports": [2525] };
  const views = (await performOperation(context, "config.set", { values })) as ConfigView[];
  assert.deepEqual(
    views.map(({ key, value, source }) => [key, value, source]),
    [
      ["spool.worker_count", 8, "table"],
      ["listener.ports", [2525], "table"],
    ],
  );
  assert.equal(context.config.holder.current["spool.worker_count"], 8);
});

test("config.set stores nothing when one of the values is bad", async () => {
  const { context } = await createMemoryDispatch();
  const values = { "spool.worker_count": 8, "listener.max_recipients": "many" };
  await assertRefusal(() => performOperation(context, "config.set", { values }), "config_invalid");
  assert.equal(context.config.holder.current["spool.worker_count"], 4);
});

test("config.unset puts the default back", async () => {
  const { context } = await createMemoryDispatch();
  await performOperation(context, "config.set", { values: { "spool.worker_count": 8 } });
  const view = (await performOperation(context, "config.unset", { key: "spool.worker_count" })) as ConfigView;
  assert.deepEqual([view.value, view.source], [4, "default"]);
});

test("config.get refuses an unknown key and names the nearest", async () => {
  const { context } = await createMemoryDispatch();
  const get = () => performOperation(context, "config.get", { key: "listener.prots" });
  assert.equal((await assertRefusal(get, "config_key_unknown")).facts.nearest, "listener.ports");
});

test("config.list shows every key", async () => {
  const { context } = await createMemoryDispatch();
  const views = (await performOperation(context, "config.list", {})) as ConfigView[];
  assert.equal(views.length, Object.keys(context.config.holder.current).length);
});

for (const given of ["relay.password=hunter2", ["hunter2"], 4711]) {
  test(`config.set does not repeat ${typeof given} values in place of its record: they may be secrets`, async () => {
    const { context } = await createMemoryDispatch();
    const set = () => performOperation(context, "config.set", { values: given });
    const { message } = await assertRefusal(set, "input_invalid");
    assert.equal(message, "values must be an object of settings and their values; another value was given.");
  });
}
