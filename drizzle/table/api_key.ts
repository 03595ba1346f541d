/** The API keys. */
import { integer, sqliteTable } from "drizzle-orm/sqlite-core";
import { bearerColumns } from "./bearer_columns.ts";

export const apiKeyTable = sqliteTable("api_key", {
  ...bearerColumns(),
  ratePerMinute: integer("rate_per_minute"),
});
