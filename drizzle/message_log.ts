/** The message log in the tables `message_event` and `message`. */
import { and, desc, eq, getTableColumns, lt } from "drizzle-orm";
import type { MessageLog, MessageState, MessageStateQuery } from "../core/history/message_log.ts";
import { bindStatement } from "./bound_statement.ts";
import type { DatabaseDriver, SqlQuery } from "./driver.ts";
import { batchCounting } from "./event_counters.ts";
import { type NewMessageEventRow, rowOf } from "./message_event_row.ts";
import { searchEvents } from "./message_event_search.ts";
import { stateUpdates } from "./message_state.ts";
import { type Orm, openOrm } from "./orm.ts";
import { placeholdersFor } from "./placeholders.ts";
import { withPlainErrors } from "./plain_errors.ts";
import { messageTable } from "./table/message.ts";
import { messageEventTable } from "./table/message_event.ts";

/** The message log behind `driver`. */
export function openMessageLog(driver: DatabaseDriver): MessageLog {
  const orm = openOrm(driver);
  const insertRow = bindStatement<NewMessageEventRow>(
    orm
      .insert(messageEventTable)
      .values(placeholdersFor(messageEventTable, ["seq"]))
      .onConflictDoNothing()
      .toSQL(),
  );
  const updateState = stateUpdates(orm);
  const countBatch = batchCounting(orm);
  return withPlainErrors<MessageLog>({
    async append(events, unlogged, counted) {
      const queries: SqlQuery[] = counted === undefined ? [] : await countBatch(counted);
      for (const event of events) {
        if (!unlogged?.has(event.event)) queries.push(insertRow(rowOf(event)));
        const update = updateState(event);
        if (update !== null) queries.push(update);
      }
      if (queries.length > 0) await driver.batch(queries);
    },
    search: (query) => searchEvents(orm, query),
    async find(id) {
      const [row] = await selectStates(orm).where(eq(messageTable.id, id));
      return row ?? null;
    },
    states: (query) => listStates(orm, query),
  });
}

/** One page of states; ids sort by the time of acceptance, so that the last id of a page is where the next one starts. */
async function listStates(
  orm: Orm,
  { apiKeyId, status, limit, cursor }: MessageStateQuery,
): Promise<{ readonly rows: readonly MessageState[]; readonly next: string | null }> {
  const rows = await selectStates(orm)
    .where(
      and(
        apiKeyId === undefined ? undefined : eq(messageTable.apiKeyId, apiKeyId),
        status === undefined ? undefined : eq(messageTable.status, status),
        cursor === undefined ? undefined : lt(messageTable.id, cursor),
      ),
    )
    .orderBy(desc(messageTable.id))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  return { rows: page, next: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
}

function selectStates(orm: Orm) {
  const { hasFailed: _, ...columns } = getTableColumns(messageTable);
  return orm.select(columns).from(messageTable);
}
