import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditRow } from "../../../core/operations/audit_view.ts";
import { performOperation } from "../../../core/operations/operation_table.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { createMemoryDispatch } from "../../support/memory_operation_context.ts";

type Page = { rows: AuditRow[]; next: string | null };

test("audit.search shows a change that was made just before", async () => {
  const { context } = await createMemoryDispatch();
  const actor = { kind: "admin_api", name: "deploy", address: "10.0.0.7" } as const;
  await performOperation({ ...context, actor }, "config.set", { values: { "spool.worker_count": 8 } });
  const { rows, next } = (await performOperation(context, "audit.search", {})) as Page;
  assert.equal(next, null);
  assert.deepEqual(rows, [
    {
      eventId: "aud_00000000000000000000000000000001",
      time: "2026-11-22T12:00:00.000Z",
      event: "config.changed",
      summary: "Settings were changed",
      category: "change",
      outcome: "done",
      actor: "admin_api",
      actorName: "deploy",
      address: "10.0.0.7",
      subject: "spool.worker_count",
      before: { "spool.worker_count": 4 },
      after: { "spool.worker_count": 8 },
      reason: null,
    },
  ]);
});

test("audit.search passes what was asked for on, times as milliseconds", async () => {
  const { context, auditLog } = await createMemoryDispatch();
  const rest = { event: "access.denied", category: "security", actor: "smtp", address: "192.0.2.1", text: "cidrs" };
  const times = { fromTime: "2026-11-22", toTime: "2026-11-22T12:00:00Z" };
  await performOperation(context, "audit.search", { ...rest, ...times, limit: "5", cursor: "3" });
  assert.deepEqual(auditLog.queries, [
    { ...rest, fromTimeMs: Date.UTC(2026, 10, 22), toTimeMs: Date.UTC(2026, 10, 22, 12), limit: 5, cursor: "3" },
  ]);
});

for (const [what, input] of [
  ["an event that there is none of", { event: "config.fried" }],
  ["a category that there is none of", { category: "gossip" }],
  ["more than 1000 rows", { limit: 1001 }],
  ["a text of more than 500 characters", { text: "x".repeat(501) }],
] as const) {
  test(`audit.search refuses ${what}`, async () => {
    const { context } = await createMemoryDispatch();
    await assertRefusal(() => performOperation(context, "audit.search", input), "input_invalid");
  });
}
