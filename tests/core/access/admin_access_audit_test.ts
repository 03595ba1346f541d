/** What the audit log is told of the administrator's sign-ins. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditEntry } from "../../../core/history/audit_event.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { openMemoryAdminAccess, setupCode } from "../../support/memory_admin_access.ts";

const address = "192.0.2.7";
const actor = { kind: "dashboard", name: null, address };
const password = "correct horse battery";
const next = "another good password";

/** Sets a password, and forgets that it was told. */
async function setUp() {
  const memory = await openMemoryAdminAccess();
  const { session } = await memory.access.setup({ code: setupCode, password, address });
  memory.audited.length = 0;
  return { ...memory, session };
}

function told(audited: readonly AuditEntry[]) {
  assert.ok(audited.every((entry) => JSON.stringify(entry.actor) === JSON.stringify(actor)));
  return audited.map(({ event, outcome = "done", reason = null }) => [event, outcome, reason]);
}

test("the first visit is told, and one with a wrong code", async () => {
  const { access, audited } = await openMemoryAdminAccess();
  await assertRefusal(() => access.setup({ code: "AAAA-AAAA-AAAA", password, address }), "setup_code_wrong");
  await access.setup({ code: setupCode, password, address });
  await assertRefusal(() => access.setup({ code: setupCode, password, address }), "setup_done");
  assert.deepEqual(told(audited), [
    ["access.setup_failed", "refused", "setup_code_wrong"],
    ["access.password_set", "done", null],
    ["access.setup_failed", "refused", "setup_done"],
  ]);
});

test("a sign-in is told, one with a wrong password, and the signing out", async () => {
  const { access, audited } = await setUp();
  await assertRefusal(() => access.signIn({ password: next, address }), "sign_in_failed");
  const { session } = await access.signIn({ password, address });
  await access.signOut(session);
  assert.deepEqual(told(audited), [
    ["access.sign_in_failed", "refused", "sign_in_failed"],
    ["access.signed_in", "done", null],
    ["access.signed_out", "done", null],
  ]);
});

test("a lock-out is told, and attempts while it lasts", async () => {
  const { access, audited } = await setUp();
  for (let count = 0; count < 10; count++) await access.signIn({ password: next, address }).catch(() => undefined);
  await assertRefusal(() => access.signIn({ password, address }), "sign_in_locked");
  assert.deepEqual(told(audited).slice(-3), [
    ["access.locked", "done", null],
    ["access.sign_in_failed", "refused", "sign_in_failed"],
    ["access.sign_in_failed", "refused", "sign_in_locked"],
  ]);
});

test("a change of the password is told, and one that is refused", async () => {
  const { access, audited, session } = await setUp();
  await assertRefusal(() => access.changePassword(session, { current: next, next }), "sign_in_failed");
  await assertRefusal(() => access.changePassword(session, { current: password, next: "short" }), "password_too_short");
  await access.changePassword(session, { current: password, next });
  assert.deepEqual(told(audited), [
    ["access.password_changed", "refused", "sign_in_failed"],
    ["access.password_changed", "refused", "password_too_short"],
    ["access.password_changed", "done", null],
  ]);
});

test("no password and no code is told", async () => {
  const { access, audited, session } = await setUp();
  await access.signIn({ password: "a wrong password", address }).catch(() => undefined);
  await access.changePassword(session, { current: password, next });
  await access.setup({ code: setupCode, password, address }).catch(() => undefined);
  const text = JSON.stringify(audited);
  for (const secret of [password, next, "a wrong password", setupCode]) assert.ok(!text.includes(secret), text);
});
