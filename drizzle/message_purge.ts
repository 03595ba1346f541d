/** Takes old rows out of the message log, a batch at a time. */
import { and, inArray, lt } from "drizzle-orm";
import type { MessageLogPurge } from "../core/history/message_log.ts";
import type { DatabaseDriver, SqlQuery } from "./driver.ts";
import { firstNumberOf } from "./message_number.ts";
import type { Orm } from "./orm.ts";
import { messageEventTable as table } from "./table/message_event.ts";

/** Deletes up to `limit` rows, with their terms, and the states that no row is left of; returns how many rows. */
export async function purgeEvents(
  orm: Orm,
  driver: DatabaseDriver,
  { beforeMs, events, limit }: MessageLogPurge,
): Promise<number> {
  const rows = await orm
    .select({ seq: table.seq, id: table.id })
    .from(table)
    .where(and(inArray(table.event, [...events]), lt(table.seq, firstNumberOf(beforeMs))))
    .limit(limit);
  if (rows.length === 0) return 0;
  const numbers = JSON.stringify(rows.map(({ seq }) => seq));
  const ids = JSON.stringify([...new Set(rows.flatMap(({ id }) => id ?? []))]);
  await driver.batch([
    run("DELETE FROM message_search WHERE rowid IN (SELECT value FROM json_each(?))", numbers),
    run("DELETE FROM message_event WHERE seq IN (SELECT value FROM json_each(?))", numbers),
    // What is on its way will have rows again.
    run(
      `DELETE FROM message WHERE id IN (SELECT value FROM json_each(?)) AND status NOT IN ('queued', 'retrying')
        AND NOT EXISTS (SELECT 1 FROM message_event WHERE message_event.id = message.id)`,
      ids,
    ),
  ]);
  return rows.length;
}

function run(sql: string, list: string): SqlQuery {
  return { sql, params: [list], method: "run" };
}
