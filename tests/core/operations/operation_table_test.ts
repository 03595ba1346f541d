import assert from "node:assert/strict";
import { test } from "node:test";
import { feeds, openFeed, operations, performOperation } from "../../../core/operations/operation_table.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { createMemoryDispatch } from "../../support/memory_operation_context.ts";

test("operations holds each name once, as words with dots between", () => {
  const names = [...operations, ...feeds].map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[a-z]+(\.[a-z-]+){0,2}$/);
});

test("performOperation refuses an operation that there is none of", async () => {
  const { context } = await createMemoryDispatch();
  for (const name of ["relay.fry", "constructor", "__proto__", "log.tail"]) {
    await assertRefusal(() => performOperation(context, name, {}), "operation_unknown");
    if (name !== "log.tail") await assertRefusal(() => openFeed(context, name, {}), "operation_unknown");
  }
});

test("performOperation names all that is wrong with the input at once", async () => {
  const { context } = await createMemoryDispatch();
  const input = { state: "lost", limit: 0, colour: "red" };
  const error = await assertRefusal(() => performOperation(context, "queue.list", input), "input_invalid");
  assert.deepEqual(error.facts.violations, [
    {
      key: "state",
      value: '"lost"',
      rule: "must be one of queued, processing, retrying, failed, captured, unreadable",
    },
    { key: "limit", value: "0", rule: "must be a whole number from 1 to 1000" },
    { key: "colour", value: "a value", rule: "is not known here" },
  ]);
  assert.equal(error.exitCode, 2);
});

for (const operation of operations) {
  test(`${operation.name} refuses input that is no object, and fields that it does not know`, async () => {
    const { context } = await createMemoryDispatch();
    for (const input of [null, "text", [], { surprise: 1 }]) {
      await assertRefusal(() => performOperation(context, operation.name, input), "input_invalid");
    }
  });
}

test("performOperation does not repeat what lies inside a refused field", async () => {
  const { context } = await createMemoryDispatch();
  const input = { name: "a", provider: "smtp", secrets: { password: { hunter2: "hunter2" } } };
  const error = await assertRefusal(() => performOperation(context, "relay.add", input), "input_invalid");
  assert.ok(!JSON.stringify([error.message, error.facts]).includes("hunter2"));
});
