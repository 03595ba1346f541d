import assert from "node:assert/strict";
import { test } from "node:test";
import { adminLockOut } from "../../../core/access/admin_access.ts";
import { type LockOut, SignInGuard } from "../../../core/access/sign_in_guard.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";

const minuteMs = 60_000;
const wrong = async () => false;
const right = async () => true;

function guardAt(startMs: number, maxClients?: number, lockOut: LockOut = adminLockOut) {
  const clock = { nowMs: startMs };
  const locked: string[] = [];
  const onLocked = (address: string) => void locked.push(address);
  const options = { lockOut, nowMs: () => clock.nowMs, onLocked, ...(maxClients === undefined ? {} : { maxClients }) };
  return { guard: new SignInGuard(options), clock, locked };
}

async function fail(guard: SignInGuard, address: string, times: number): Promise<void> {
  for (let i = 0; i < times; i++) assert.equal(await guard.attempt(address, wrong), false);
}

test("SignInGuard locks an address out after ten failures, for fifteen minutes", async () => {
  const { guard, clock, locked } = guardAt(1000);
  await fail(guard, "192.0.2.7", 10);
  assert.deepEqual(locked, ["192.0.2.7"]);
  const { facts } = await assertRefusal(() => guard.attempt("192.0.2.7", right), "sign_in_locked");
  assert.equal(facts.retryAfterSeconds, 900);
  clock.nowMs += 15 * minuteMs - 1;
  await assertRefusal(() => guard.attempt("192.0.2.7", right), "sign_in_locked");
  clock.nowMs += 1;
  assert.equal(await guard.attempt("192.0.2.7", right), true);
});

test("SignInGuard does not check what a locked address gives", async () => {
  const { guard } = guardAt(0);
  await fail(guard, "192.0.2.7", 10);
  let checks = 0;
  const check = async () => ++checks > 0;
  await assertRefusal(() => guard.attempt("192.0.2.7", check), "sign_in_locked");
  assert.equal(checks, 0);
});

test("SignInGuard lets ten failures pass that took longer than five minutes", async () => {
  const { guard, clock, locked } = guardAt(0);
  await fail(guard, "192.0.2.7", 9);
  clock.nowMs += 5 * minuteMs;
  await fail(guard, "192.0.2.7", 9);
  assert.deepEqual(locked, []);
});

test("SignInGuard forgets the failures before a success", async () => {
  const { guard, locked } = guardAt(0);
  await fail(guard, "192.0.2.7", 9);
  await guard.attempt("192.0.2.7", right);
  await fail(guard, "192.0.2.7", 9);
  assert.deepEqual(locked, []);
});

test("SignInGuard counts attempts that are still under way", async () => {
  const { guard } = guardAt(0);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const attempts = Array.from({ length: 10 }, () => guard.attempt("192.0.2.7", () => promise));
  await assertRefusal(() => guard.attempt("192.0.2.7", right), "sign_in_locked");
  resolve(true);
  assert.ok((await Promise.all(attempts)).every(Boolean));
  assert.equal(await guard.attempt("192.0.2.7", right), true);
});

test("SignInGuard counts a check that throws neither as failure nor as under way", async () => {
  const { guard } = guardAt(0);
  for (let i = 0; i < 20; i++) {
    await assert.rejects(() => guard.attempt("192.0.2.7", () => Promise.reject(new TypeError("planted"))), TypeError);
  }
  assert.equal(await guard.attempt("192.0.2.7", right), true);
});

for (const [what, first, second, isOne] of [
  ["addresses of one IPv6 network of 64 bits", "2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true],
  ["two spellings of an IPv6 address", "2001:db8::1", "2001:0DB8:0:0::0001", true],
  ["an IPv4-mapped address and the IPv4 address", "::ffff:192.0.2.7", "192.0.2.7", true],
  ["two IPv6 networks of 64 bits", "2001:db8:0:1::1", "2001:db8:0:2::1", false],
  ["two IPv4 addresses", "192.0.2.7", "192.0.2.8", false],
] as const) {
  test(`SignInGuard takes ${what} for ${isOne ? "one client" : "two clients"}`, async () => {
    const { guard } = guardAt(0);
    await fail(guard, first, 10);
    if (isOne) await assertRefusal(() => guard.attempt(second, right), "sign_in_locked");
    else assert.equal(await guard.attempt(second, right), true);
  });
}

test("SignInGuard remembers no more clients than it may, and forgets the one that tried longest ago", async () => {
  const { guard } = guardAt(0, 3);
  await fail(guard, "192.0.2.1", 10);
  await fail(guard, "192.0.2.2", 10);
  await fail(guard, "192.0.2.3", 1);
  await assertRefusal(() => guard.attempt("192.0.2.1", right), "sign_in_locked");
  await fail(guard, "192.0.2.4", 1);
  await assertRefusal(() => guard.attempt("192.0.2.1", right), "sign_in_locked");
  assert.equal(await guard.attempt("192.0.2.2", right), true);
});

/** Three failures within a minute lock an address out for ten seconds. */
const strict: LockOut = { failures: 3, withinMs: minuteMs, lockedMs: 10_000, isForgiving: false, mayWait: 2 };

test("SignInGuard locks out after as many failures, and for as long, as it is told", async () => {
  const { guard, clock } = guardAt(0, undefined, strict);
  await fail(guard, "192.0.2.7", 2);
  clock.nowMs += minuteMs;
  await fail(guard, "192.0.2.7", 3);
  const { facts } = await assertRefusal(() => guard.attempt("192.0.2.7", right), "sign_in_locked");
  assert.equal(facts.retryAfterSeconds, 10);
  clock.nowMs += 10_000;
  assert.equal(await guard.attempt("192.0.2.7", right), true);
});

test("SignInGuard that does not forgive remembers the failures before a success", async () => {
  const { guard, locked } = guardAt(0, undefined, strict);
  await fail(guard, "192.0.2.7", 2);
  await guard.attempt("192.0.2.7", right);
  await fail(guard, "192.0.2.7", 1);
  assert.deepEqual(locked, ["192.0.2.7"]);
});

test("SignInGuard has as many attempts wait as may, and refuses one more", async () => {
  const { guard } = guardAt(0, undefined, strict);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  let checks = 0;
  const check = () => {
    checks++;
    return promise;
  };
  const attempts = Array.from({ length: 5 }, () => guard.attempt("192.0.2.7", check));
  await assertRefusal(() => guard.attempt("192.0.2.7", check), "sign_in_locked");
  assert.equal(checks, 3);
  resolve(true);
  assert.deepEqual(await Promise.all(attempts), [true, true, true, true, true]);
  assert.equal(checks, 5);
});

test("SignInGuard refuses those that wait once those under way have failed, without a check", async () => {
  const { guard } = guardAt(0, undefined, strict);
  let checks = 0;
  const check = async () => ++checks === 0;
  const results = await Promise.allSettled(Array.from({ length: 5 }, () => guard.attempt("192.0.2.7", check)));
  assert.deepEqual(
    results.map((result) => (result.status === "fulfilled" ? result.value : result.reason.code)),
    [false, false, false, "sign_in_locked", "sign_in_locked"],
  );
  assert.equal(checks, 3);
});

test("SignInGuard leaves none waiting when the client is forgotten meanwhile", async () => {
  const { guard } = guardAt(0, 1, strict);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const attempts = Array.from({ length: 5 }, () => guard.attempt("192.0.2.7", () => promise));
  await fail(guard, "192.0.2.8", 1);
  resolve(true);
  assert.deepEqual(await Promise.all(attempts), [true, true, true, true, true]);
});
