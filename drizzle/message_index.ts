/** Gives terms to the rows that were in the message log before it had a full-text index, newest first. */
import { desc, eq, lt } from "drizzle-orm";
import type { DatabaseDriver, SqlQuery } from "./driver.ts";
import { eventOf, type MessageEventRow } from "./message_event_row.ts";
import { termsOf } from "./message_terms.ts";
import type { Orm } from "./orm.ts";
import { messageEventTable as table } from "./table/message_event.ts";
import { metaTable } from "./table/meta.ts";

/** Where a migration has noted the number below which rows have no terms; gone when all have. */
const noteName = "log_unindexed_before";

/** Gives terms to up to `limit` rows; returns whether there may be more to do. May be done again, or by several at a time. */
export async function indexEarlierRows(orm: Orm, driver: DatabaseDriver, limit: number): Promise<boolean> {
  const [note] = await orm.select().from(metaTable).where(eq(metaTable.name, noteName));
  if (note === undefined) return false;
  const rows = await orm
    .select()
    .from(table)
    .where(lt(table.seq, Number(note.value)))
    .orderBy(desc(table.seq))
    .limit(limit);
  const last = rows.at(-1);
  await driver.batch([...rows.toReversed().map(insertTerms), last === undefined ? forgetNote : writeNote(last.seq)]);
  return last !== undefined;
}

/** A row that was purged since it was read must leave no terms behind. */
function insertTerms(row: MessageEventRow): SqlQuery {
  return {
    sql: "INSERT OR REPLACE INTO message_search (rowid, terms) SELECT seq, ? FROM message_event WHERE seq = ?",
    params: [termsOf(eventOf(row)), row.seq],
    method: "run",
  };
}

function writeNote(seq: number): SqlQuery {
  return { sql: "UPDATE meta SET value = ? WHERE name = ?", params: [String(seq), noteName], method: "run" };
}

const forgetNote: SqlQuery = { sql: "DELETE FROM meta WHERE name = ?", params: [noteName], method: "run" };
