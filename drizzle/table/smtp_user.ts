/** The users that may sign in over SMTP. */
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const smtpUserTable = sqliteTable("smtp_user", {
  id: text("id").primaryKey(),
  name: text("name").notNull().unique(),
  passwordHash: text("password_hash").notNull(),
  allowedCidrs: text("allowed_cidrs", { mode: "json" }).$type<readonly string[]>().notNull(),
  allowedSenders: text("allowed_senders", { mode: "json" }).$type<readonly string[]>().notNull(),
  createdAtMs: integer("created_at_ms").notNull(),
  passwordSetAtMs: integer("password_set_at_ms").notNull(),
  lastUsedAtMs: integer("last_used_at_ms"),
  useCount: integer("use_count").notNull(),
});
