/** The sessions of the dashboard. */
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const adminSessionTable = sqliteTable("admin_session", {
  digest: text("digest").primaryKey(),
  createdAtMs: integer("created_at_ms").notNull(),
  lastSeenAtMs: integer("last_seen_at_ms").notNull(),
  address: text("address").notNull(),
});
