/** The tokens of the admin API. */
import { sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { AdminScope } from "../../core/access/admin_token.ts";
import { bearerColumns } from "./bearer_columns.ts";

export const adminTokenTable = sqliteTable("admin_token", {
  ...bearerColumns(),
  scope: text("scope").$type<AdminScope>().notNull(),
});
