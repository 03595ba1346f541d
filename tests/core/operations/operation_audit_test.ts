/** Every change that an operator makes leaves one row in the audit log, without a secret in it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Actor } from "../../../core/access/actor.ts";
import type { AuditEvent } from "../../../core/history/audit_event.ts";
import { auditEventOf } from "../../../core/history/audit_events.ts";
import { operations, performOperation } from "../../../core/operations/operation_table.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { type AuditCase, auditCases } from "../../support/audit_cases.ts";
import { createMemoryDispatch, type MemoryDispatch } from "../../support/memory_operation_context.ts";

const actor: Actor = { kind: "admin_api", address: "10.0.0.7", name: "deploy" };

/** The rows of the audit log, all of them written. */
async function rowsOf({ context, auditLog }: MemoryDispatch): Promise<readonly AuditEvent[]> {
  await context.audit.search({ limit: 1 });
  return auditLog.rows;
}

function assertShows(shown: unknown, facts: AuditCase["before"]): void {
  if (facts === null) assert.equal(shown, null);
  const found = Object.keys(facts ?? {}).map((name) => [name, (shown as Record<string, unknown> | null)?.[name]]);
  assert.deepEqual(Object.fromEntries(found), facts ?? {});
}

/** What was typed as a secret, and what was made as one. */
function assertNoSecret(rows: readonly AuditEvent[], output: unknown = {}): void {
  const made = JSON.stringify(output).match(/dsp_[a-z]+_[\w-]+/g) ?? [];
  const text = JSON.stringify(rows);
  for (const secret of ["hunter2", btoa("hunter2").slice(0, 8), ...made]) assert.ok(!text.includes(secret), text);
}

test("each operation that the audit log is told of has a case here, and no other has", () => {
  const audited = operations.filter(({ audit }) => audit !== null).map(({ name }) => name as string);
  assert.deepEqual(Object.keys(auditCases).toSorted(), audited.toSorted());
});

for (const [name, { event, prepare, input, subject = null, before, after, refused, refuse }] of Object.entries(
  auditCases,
)) {
  test(`${name} leaves one row: who, from where, what was before and what after, and no secret`, async () => {
    const dispatch = await createMemoryDispatch();
    const given = input(await prepare?.(dispatch));
    const output = await performOperation({ ...dispatch.context, actor }, name, given);
    const rows = await rowsOf(dispatch);
    assert.equal(rows.length, 1);
    const [row] = rows;
    assert.deepEqual([row!.event, row!.outcome, row!.reason], [event, "done", null]);
    assert.equal(row!.category, auditEventOf(event).category);
    assert.deepEqual(row!.actor, actor);
    if (subject instanceof RegExp) assert.match(row!.subject ?? "", subject);
    else assert.equal(row!.subject, subject);
    assertShows(row!.before, before);
    assertShows(row!.after, after);
    assertNoSecret(rows, output);
  });

  test(`${name} leaves one row when it is refused: who, why, and no secret`, async () => {
    const dispatch = await createMemoryDispatch();
    await prepare?.(dispatch);
    refuse?.(dispatch);
    const [given, code] = refused;
    await assertRefusal(() => performOperation({ ...dispatch.context, actor }, name, given), code as "input_invalid");
    const rows = await rowsOf(dispatch);
    assert.deepEqual(
      rows.map((row) => [row.event, row.outcome, row.actor, row.before, row.after, row.reason]),
      [[event, "refused", actor, null, null, code]],
    );
    assertNoSecret(rows);
  });
}

test("an operation that changes nothing leaves no row", async () => {
  const dispatch = await createMemoryDispatch();
  for (const { name, audit } of operations) {
    if (audit === null) await performOperation(dispatch.context, name, {}).catch(() => undefined);
  }
  await performOperation(dispatch.context, "cert.export", { format: "pem" });
  assert.deepEqual(await rowsOf(dispatch), []);
});

test("what can't be looked at does not keep a change from being made and recorded", async () => {
  const dispatch = await createMemoryDispatch();
  const { id } = await dispatch.context.keys.create("billing", null);
  const keys = {
    ...dispatch.context.keys,
    revoke: (given: string) => dispatch.context.keys.revoke(given),
    list: () => Promise.reject(new TypeError("nobody can look")),
  };
  await performOperation({ ...dispatch.context, keys }, "key.revoke", { id });
  const [row] = await rowsOf(dispatch);
  assert.deepEqual([row!.outcome, row!.before], ["done", { unknown: "internal_error" }]);
});

test("what fails unexpectedly is recorded as refused, without what it said", async () => {
  const dispatch = await createMemoryDispatch();
  const admin = { resetPassword: () => Promise.reject(new TypeError("hunter2")) };
  const reset = performOperation({ ...dispatch.context, admin }, "admin.reset-password", { password: "x" });
  await assert.rejects(reset, /hunter2/);
  const rows = await rowsOf(dispatch);
  assert.deepEqual([rows[0]!.outcome, rows[0]!.reason], ["refused", "internal_error"]);
  assertNoSecret(rows);
});
