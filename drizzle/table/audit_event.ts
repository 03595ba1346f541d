/** The audit log. */
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const auditEventTable = sqliteTable("audit_event", {
  seq: integer("seq").primaryKey(),
  eventId: text("event_id").notNull().unique(),
  timeMs: integer("time_ms").notNull(),
  event: text("event").notNull(),
  category: text("category").notNull(),
  outcome: text("outcome").notNull(),
  actorKind: text("actor_kind").notNull(),
  actorName: text("actor_name"),
  actorAddress: text("actor_address"),
  subject: text("subject"),
  before: text("before", { mode: "json" }),
  after: text("after", { mode: "json" }),
  reason: text("reason"),
});
