/** The audit log: one row an event. */
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { AuditActor, AuditOutcome } from "../../core/history/audit_event.ts";
import type { AuditCategory, AuditEventName } from "../../core/history/audit_events.ts";

export const auditEventTable = sqliteTable("audit_event", {
  /** Number of the row, in the order of writing. */
  seq: integer("seq").primaryKey(),
  eventId: text("event_id").notNull().unique(),
  timeMs: integer("time_ms").notNull(),
  event: text("event").$type<AuditEventName>().notNull(),
  category: text("category").$type<AuditCategory>().notNull(),
  outcome: text("outcome").$type<AuditOutcome>().notNull(),
  actorKind: text("actor_kind").$type<AuditActor["kind"]>().notNull(),
  actorName: text("actor_name"),
  actorAddress: text("actor_address"),
  subject: text("subject"),
  before: text("before", { mode: "json" }),
  after: text("after", { mode: "json" }),
  reason: text("reason"),
});
