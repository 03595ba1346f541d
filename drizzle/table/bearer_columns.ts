/** The columns that the tables of bearer secrets share. */
import { integer, text } from "drizzle-orm/sqlite-core";

/** Columns belong to one table each, so every table gets new ones. */
export function bearerColumns() {
  return {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    digest: text("digest").notNull().unique(),
    createdAtMs: integer("created_at_ms").notNull(),
    revokedAtMs: integer("revoked_at_ms"),
    lastUsedAtMs: integer("last_used_at_ms"),
    useCount: integer("use_count").notNull(),
  };
}
