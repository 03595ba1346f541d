/** The statements that write events into the message log: states, rows, and the terms they are found by. */
import { sql } from "drizzle-orm";
import type { MessageEvent, MessageEventKind } from "../core/history/message_event.ts";
import { bindStatement } from "./bound_statement.ts";
import type { SqlQuery } from "./driver.ts";
import { type NewMessageEventRow, rowOf } from "./message_event_row.ts";
import { firstNumberOf, freeNumber } from "./message_number.ts";
import { stateUpdates } from "./message_state.ts";
import { termsOf } from "./message_terms.ts";
import type { Orm } from "./orm.ts";
import { placeholdersFor } from "./placeholders.ts";
import { messageTable } from "./table/message.ts";
import { messageEventTable as table } from "./table/message_event.ts";

/** A row with the numbers that its millisecond has. */
interface NumberedRow extends NewMessageEventRow {
  readonly first: number;
  readonly end: number;
}

/**
 * Returns what makes of a batch of events the statements for one transaction.
 *
 * States come first, in the order of the events: a row holds the status of its message. Rows come in the order of their
 * times: the full-text index makes a new segment wherever their numbers step back.
 */
export function batchAppending(
  orm: Orm,
): (events: readonly MessageEvent[], unlogged?: ReadonlySet<MessageEventKind>) => SqlQuery[] {
  const updateState = stateUpdates(orm);
  const insertRow = rowInsertion(orm);
  return (events, unlogged) => {
    const changed = new Set(events.filter(({ event }) => event !== "queued").map(({ id }) => id));
    return [
      ...events.map(updateState).filter((query) => query !== null),
      ...events
        .filter(({ event }) => !unlogged?.has(event))
        .sort((a, b) => a.timeMs - b.timeMs)
        .flatMap((event) => [insertRow(event), insertTerms(event)]),
      ...[...changed].flatMap((id) => (id === null ? [] : [updateStatus(id)])),
    ];
  };
}

function rowInsertion(orm: Orm): (event: MessageEvent) => SqlQuery {
  const given = (name: string, column: typeof table.seq | typeof table.id) =>
    sql`${sql.param(sql.placeholder(name), column)}`;
  const status = sql`SELECT status FROM ${messageTable} WHERE id = ${given("id", table.id)}`;
  const insert = bindStatement<NumberedRow>(
    orm
      .insert(table)
      .values({
        ...placeholdersFor(table, ["seq", "status"]),
        seq: freeNumber(given("first", table.seq), given("end", table.seq)),
        // What was refused never became a message.
        status: sql`coalesce((${status}), 'denied')`,
      })
      .onConflictDoNothing({ target: table.eventId })
      .toSQL(),
  );
  return (event) =>
    insert({ ...rowOf(event), first: firstNumberOf(event.timeMs), end: firstNumberOf(event.timeMs + 1) });
}

/** Follows the insertion of a row; does nothing when that was there already. */
function insertTerms(event: MessageEvent): SqlQuery {
  return {
    sql: "INSERT INTO message_search (rowid, terms) SELECT last_insert_rowid(), ? WHERE changes() > 0",
    params: [termsOf(event)],
    method: "run",
  };
}

/** Brings the rows of a message up to its status. */
function updateStatus(id: string): SqlQuery {
  return {
    sql: `UPDATE message_event SET status = message.status FROM message
      WHERE message.id = ? AND message_event.id = message.id AND message_event.status <> message.status`,
    params: [id],
    method: "run",
  };
}
