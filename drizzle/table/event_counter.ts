/** Counts of events for each quarter of an hour, and which batches they hold. */
import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { CountedBatch } from "../../core/history/event_counters.ts";
import type { MessageEventKind } from "../../core/history/message_event.ts";

export const eventCounterTable = sqliteTable(
  "event_counter",
  {
    atMs: integer("at_ms").notNull(),
    /** `""`: none was chosen yet. */
    relay: text("relay").notNull(),
    event: text("event").$type<MessageEventKind>().notNull(),
    count: integer("count").notNull(),
    recipients: integer("recipients").notNull(),
    bytes: integer("bytes").notNull(),
  },
  (table) => [primaryKey({ columns: [table.atMs, table.relay, table.event] })],
);

/** What the last batch of each source has counted. */
export const countedBatchTable = sqliteTable("counted_batch", {
  source: text("source").$type<CountedBatch["source"]>().primaryKey(),
  ids: text("ids", { mode: "json" }).$type<readonly string[]>().notNull(),
});
