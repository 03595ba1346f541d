import assert from "node:assert/strict";
import { test } from "node:test";
import { performOperation } from "../../../core/operations/operation_table.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { createMemoryDispatch } from "../../support/memory_operation_context.ts";

test("admin.reset-password sets the password", async () => {
  const { context, passwords } = await createMemoryDispatch();
  const answer = await performOperation(context, "admin.reset-password", { password: "correct horse battery" });
  assert.deepEqual([answer, passwords], [{ reset: true }, ["correct horse battery"]]);
});

test("admin.reset-password refuses a short password", async () => {
  const { context, passwords } = await createMemoryDispatch();
  const reset = () => performOperation(context, "admin.reset-password", { password: "hunter2" });
  const error = await assertRefusal(reset, "password_too_short");
  assert.ok(!JSON.stringify([error.message, error.facts]).includes("hunter2"));
  assert.deepEqual(passwords, []);
});

for (const password of [["hunter2"], { hunter2: "hunter2" }, "hunter2".repeat(10_000)]) {
  test(`admin.reset-password repeats nothing of a password that is ${typeof password} and refused`, async () => {
    const { context } = await createMemoryDispatch();
    const reset = () => performOperation(context, "admin.reset-password", { password });
    const error = await assertRefusal(reset, "input_invalid");
    assert.ok(!JSON.stringify([error.message, error.facts]).includes("hunter2"));
  });
}
