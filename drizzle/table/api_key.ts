/** The API keys. */
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const apiKeyTable = sqliteTable("api_key", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  digest: text("digest").notNull().unique(),
  ratePerMinute: integer("rate_per_minute"),
  createdAtMs: integer("created_at_ms").notNull(),
  revokedAtMs: integer("revoked_at_ms"),
  lastUsedAtMs: integer("last_used_at_ms"),
  useCount: integer("use_count").notNull(),
});
