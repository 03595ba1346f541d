/** The tokens of the admin API. */
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const adminTokenTable = sqliteTable("admin_token", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  digest: text("digest").notNull().unique(),
  scope: text("scope").notNull(),
  createdAtMs: integer("created_at_ms").notNull(),
  revokedAtMs: integer("revoked_at_ms"),
  lastUsedAtMs: integer("last_used_at_ms"),
  useCount: integer("use_count").notNull(),
});
