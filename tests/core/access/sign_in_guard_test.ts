import assert from "node:assert/strict";
import { test } from "node:test";
import { SignInGuard } from "../../../core/access/sign_in_guard.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";

const minuteMs = 60_000;
const wrong = async () => false;
const right = async () => true;

function guardAt(startMs: number, maxClients?: number) {
  const clock = { nowMs: startMs };
  const locked: string[] = [];
  const onLocked = (address: string) => void locked.push(address);
  const options = { nowMs: () => clock.nowMs, onLocked, ...(maxClients === undefined ? {} : { maxClients }) };
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
