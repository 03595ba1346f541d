import assert from "node:assert/strict";
import { test } from "node:test";
import { Mutex } from "../../../core/lifecycle/mutex.ts";

test("Mutex runs one act at a time, in the order in which they came", async () => {
  const mutex = new Mutex();
  const steps: string[] = [];
  const act = (name: string) => async () => {
    steps.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 1));
    steps.push(`${name} ends`);
    return name;
  };
  assert.deepEqual(await Promise.all([mutex.run(act("a")), mutex.run(act("b"))]), ["a", "b"]);
  assert.deepEqual(steps, ["a begins", "a ends", "b begins", "b ends"]);
});

test("Mutex lets the next act run when the one before it has failed", async () => {
  const mutex = new Mutex();
  const failed = mutex.run(() => Promise.reject(new TypeError("no")));
  const next = mutex.run(async () => "done");
  await assert.rejects(failed, { message: "no" });
  assert.equal(await next, "done");
});
