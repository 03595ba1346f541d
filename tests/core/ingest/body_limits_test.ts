import assert from "node:assert/strict";
import { test } from "node:test";
import { BodyBudget } from "../../../core/ingest/body_limits.ts";

const never = new AbortController().signal;

/** Whether the promise has settled by the next turn of the event loop. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol("pending");
  const turn = new Promise((resolve) => setTimeout(resolve, 0, pending));
  return (await Promise.race([promise, turn])) !== pending;
}

test("BodyBudget gives out what is there at once", async () => {
  const budget = new BodyBudget(100);
  await budget.acquire(60, never);
  await budget.acquire(40, never);
  assert.equal(await isSettled(budget.acquire(1, never)), false);
});

test("BodyBudget lets the next in when a share is given back", async () => {
  const budget = new BodyBudget(100);
  const share = await budget.acquire(80, never);
  const next = budget.acquire(50, never);
  assert.equal(await isSettled(next), false);
  share.release();
  await next;
});

test("BodyBudget takes a share back once", async () => {
  const budget = new BodyBudget(100);
  const share = await budget.acquire(100, never);
  share.release();
  share.release();
  await budget.acquire(100, never);
  assert.equal(await isSettled(budget.acquire(1, never)), false);
});

test("BodyBudget serves in the order of asking: a small one does not pass a large one", async () => {
  const budget = new BodyBudget(100);
  const share = await budget.acquire(50, never);
  const large = budget.acquire(80, never);
  const small = budget.acquire(10, never);
  assert.equal(await isSettled(small), false);
  share.release();
  await large;
  await small;
});

test("BodyBudget gives all of itself to what is larger", async () => {
  const budget = new BodyBudget(100);
  const share = await budget.acquire(1000, never);
  const next = budget.acquire(1000, never);
  assert.equal(await isSettled(next), false);
  share.release();
  await next;
});

test("BodyBudget forgets a waiter that gave up, and lets in who stood behind", async () => {
  const budget = new BodyBudget(100);
  await budget.acquire(50, never);
  const abort = new AbortController();
  const large = budget.acquire(80, abort.signal);
  const small = budget.acquire(10, never);
  abort.abort(new TypeError("gone"));
  await assert.rejects(large, TypeError);
  await small;
  assert.equal(budget.waiting, 0);
});

test("BodyBudget does not let in who had given up before asking", async () => {
  const budget = new BodyBudget(100);
  await assert.rejects(budget.acquire(10, AbortSignal.abort(new TypeError("gone"))), TypeError);
  await budget.acquire(100, never);
});

test("BodyBudget refuses to be nothing", () => {
  for (const bytes of [0, -1, Number.NaN]) assert.throws(() => new BodyBudget(bytes), RangeError);
});
