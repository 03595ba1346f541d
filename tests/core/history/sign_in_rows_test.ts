import assert from "node:assert/strict";
import { test } from "node:test";
import { SignInRows } from "../../../core/history/sign_in_rows.ts";

const printer = { id: "usr_1", passwordSetAtMs: 5, address: "10.0.0.1" };

test("SignInRows admits the first sign-in of a user, and then one in each hour, which stands for those before it", () => {
  const rows = new SignInRows();
  const told = [1000, 1001, 3_600_999, 3_601_000, 3_601_001, 7_201_000].map((nowMs) => rows.admit(printer, nowMs));
  assert.deepEqual(told, [1, null, null, 3, null, 2]);
});

test("SignInRows admits the same user from another address or with a new password, and another user", () => {
  const rows = new SignInRows();
  for (const other of [{}, { address: "10.0.0.2" }, { passwordSetAtMs: 6 }, { id: "usr_2" }]) {
    const signIn = { ...printer, ...other };
    assert.deepEqual([rows.admit(signIn, 1000), rows.admit(signIn, 1000)], [1, null]);
  }
});

test("SignInRows admits a sign-in when the clock was set back", () => {
  const rows = new SignInRows();
  rows.admit(printer, 9_000_000);
  assert.equal(rows.admit(printer, 1000), 1);
});

test("SignInRows forgets the one told longest ago when it knows 10,000", () => {
  const rows = new SignInRows();
  for (let host = 0; host <= 10_000; host++) rows.admit({ ...printer, address: `host ${host}` }, 1000);
  assert.equal(rows.admit({ ...printer, address: "host 10000" }, 1000), null);
  assert.equal(rows.admit({ ...printer, address: "host 0" }, 1000), 1);
});
