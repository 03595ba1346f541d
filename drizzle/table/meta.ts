/** What Dispatch notes about its own database. */
import { sqliteTable, text } from "drizzle-orm/sqlite-core";

export const metaTable = sqliteTable("meta", {
  name: text("name").primaryKey(),
  value: text("value").notNull(),
});
