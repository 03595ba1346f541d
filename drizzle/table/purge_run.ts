/** A record of each purge. */
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { PurgeRun } from "../../core/retention/purge_run.ts";

export const purgeRunTable = sqliteTable("purge_run", {
  /** Number of the run, in the order in which they began, whatever the clock said. */
  seq: integer("seq").primaryKey(),
  id: text("id").notNull().unique(),
  cause: text("cause").$type<PurgeRun["cause"]>().notNull(),
  startedAtMs: integer("started_at_ms").notNull(),
  endedAtMs: integer("ended_at_ms"),
  state: text("state").$type<PurgeRun["state"]>().notNull(),
  removed: text("removed", { mode: "json" }).$type<PurgeRun["removed"]>().notNull(),
  problem: text("problem"),
});
