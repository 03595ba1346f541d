/** The relays. */
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { StoredRelay } from "../../core/relay/relay_store.ts";

export const relayTable = sqliteTable("relay", {
  id: text("id").primaryKey(),
  name: text("name").notNull().unique(),
  provider: text("provider").notNull(),
  /** A JSON object; secret settings are sealed text in it. */
  settings: text("settings", { mode: "json" }).$type<StoredRelay["settings"]>().notNull(),
  enabled: integer("enabled", { mode: "boolean" }).notNull(),
  isDefault: integer("is_default", { mode: "boolean" }).notNull(),
  concurrency: integer("concurrency").notNull(),
  maxMessageBytes: integer("max_message_bytes"),
  fallback: text("fallback"),
  fallbackAfterSeconds: integer("fallback_after_seconds").notNull(),
});
