import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditEntry } from "../../../core/history/audit_event.ts";
import { SignInLog, type SmtpSignInFacts } from "../../../core/history/sign_in_log.ts";
import { ManualClock } from "../../support/manual_clock.ts";

const printer = { id: "usr_1", name: "printer", passwordSetAtMs: 5, address: "10.0.0.1" };
const hourMs = 3_600_000;

function setUp() {
  const told: [address: string | null, signIns: unknown][] = [];
  const record = ({ event, actor, after }: AuditEntry) => {
    assert.deepEqual([event, actor.kind, actor.name], ["smtp.signed_in", "smtp", "printer"]);
    told.push([actor.address, (after as { signIns: number }).signIns]);
  };
  const clock = new ManualClock();
  const log = new SignInLog({ audit: { record }, clock });
  const add = (times: number, facts: Partial<SmtpSignInFacts> = {}) => {
    for (let i = 0; i < times; i++) log.add({ ...printer, ...facts });
  };
  return { log, clock, told, add };
}

test("SignInLog tells of a first sign-in at once, and at the end of each hour how many there were since", () => {
  const { clock, told, add } = setUp();
  add(3);
  assert.deepEqual(told, [["10.0.0.1", 1]]);
  clock.advance(hourMs - 1);
  add(1);
  assert.equal(told.length, 1);
  clock.advance(1);
  assert.deepEqual(told[1], ["10.0.0.1", 3]);
  add(2);
  clock.advance(hourMs);
  assert.deepEqual(told[2], ["10.0.0.1", 2]);
  assert.equal(told.length, 3);
});

test("SignInLog tells at the stop how many there were since the last row, and waits for nothing then", () => {
  const { log, clock, told, add } = setUp();
  add(4);
  add(1, { address: "10.0.0.2" });
  log.stop();
  assert.deepEqual(told, [
    ["10.0.0.1", 1],
    ["10.0.0.2", 1],
    ["10.0.0.1", 3],
  ]);
  assert.equal(clock.waiting, 0);
});

test("SignInLog tells at once of the same user from another address or with a new password, and of another user", () => {
  for (const other of [{ address: "10.0.0.2" }, { passwordSetAtMs: 6 }, { id: "usr_2" }]) {
    const { told, add } = setUp();
    add(2);
    add(2, other);
    assert.equal(told.length, 2);
  }
});

test("SignInLog forgets who did not sign in for an hour, and then waits for nothing", () => {
  const { clock, told, add } = setUp();
  add(1);
  assert.equal(clock.waiting, 1);
  clock.advance(hourMs);
  assert.equal(clock.waiting, 0);
  add(1);
  assert.deepEqual(told, [
    ["10.0.0.1", 1],
    ["10.0.0.1", 1],
  ]);
});

test("SignInLog knows 10,000, and tells of what is untold of the one that makes room", () => {
  const { told, add } = setUp();
  for (let host = 0; host < 10_000; host++) add(1, { address: `host ${host}` });
  add(7, { address: "host 0" });
  assert.equal(told.length, 10_000);
  add(1, { address: "host 10000" });
  assert.deepEqual(told.slice(10_000), [
    ["host 10000", 1],
    ["host 0", 7],
  ]);
});
