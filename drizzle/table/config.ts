/** The settings. */
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const configTable = sqliteTable("config", {
  key: text("key").primaryKey(),
  /** JSON; sealed text where the setting is a secret. */
  json: text("value").notNull(),
  /** 1: holds the default of the first run, and nobody has changed it since. */
  seeded: integer("seeded", { mode: "boolean" }).notNull(),
});
