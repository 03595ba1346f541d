/** The message log in the tables `message_event` and `message`. */
import { and, desc, eq, getTableColumns, lt } from "drizzle-orm";
import type { MessageLog, MessageState, MessageStateQuery } from "../core/history/message_log.ts";
import type { DatabaseDriver } from "./driver.ts";
import { batchCounting } from "./event_counters.ts";
import { batchAppending } from "./message_append.ts";
import { searchEvents } from "./message_event_search.ts";
import { indexEarlierRows } from "./message_index.ts";
import { purgeEvents } from "./message_purge.ts";
import { type Orm, openOrm } from "./orm.ts";
import { withPlainErrors } from "./plain_errors.ts";
import { messageTable } from "./table/message.ts";

/**
 * The message log behind `driver`.
 *
 * @param nowMs tells how long a search has taken so far
 */
export function openMessageLog(driver: DatabaseDriver, nowMs: () => number = () => performance.now()): MessageLog {
  const orm = openOrm(driver);
  const appendBatch = batchAppending(orm);
  const countBatch = batchCounting(orm);
  return withPlainErrors<MessageLog>({
    async append(events, unlogged, counted) {
      const counting = counted === undefined ? [] : await countBatch(counted);
      const queries = [...counting, ...appendBatch(events, unlogged)];
      if (queries.length > 0) await driver.batch(queries);
    },
    search: (query) => searchEvents(orm, query, nowMs),
    async find(id) {
      const [row] = await selectStates(orm).where(eq(messageTable.id, id));
      return row ?? null;
    },
    states: (query) => listStates(orm, query),
    purge: (what) => purgeEvents(orm, driver, what),
    indexEarlier: (limit) => indexEarlierRows(orm, driver, limit),
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
