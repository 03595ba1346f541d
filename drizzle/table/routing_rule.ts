/** The routing rules. */
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const routingRuleTable = sqliteTable("routing_rule", {
  id: text("id").primaryKey(),
  /** From 0, without gaps: the rule at 0 is tried first. */
  position: integer("position").notNull(),
  name: text("name").notNull().unique(),
  senders: text("senders", { mode: "json" }).$type<readonly string[]>().notNull(),
  recipients: text("recipients", { mode: "json" }).$type<readonly string[]>().notNull(),
  /** Name of a relay, which may be gone. */
  relay: text("relay").notNull(),
});
