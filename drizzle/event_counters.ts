/** The counters of events, in the tables `event_counter` and `counted_batch`. */
import { and, eq, gte, lt, max, min, type SQL, sql } from "drizzle-orm";
import type { AnySQLiteColumn } from "drizzle-orm/sqlite-core";
import type {
  Countable,
  CountedBatch,
  CounterQuery,
  CounterSum,
  EventCounters,
} from "../core/history/event_counters.ts";
import { bindStatement } from "./bound_statement.ts";
import type { DatabaseDriver, SqlQuery } from "./driver.ts";
import { type Orm, openOrm } from "./orm.ts";
import { placeholdersFor } from "./placeholders.ts";
import { withPlainErrors } from "./plain_errors.ts";
import { countedBatchTable, eventCounterTable as table } from "./table/event_counter.ts";

type CounterRow = typeof table.$inferSelect;

/** Returns what makes of a batch the statements that count it, for the transaction that stores its rows. */
export function batchCounting(orm: Orm): (batch: CountedBatch) => Promise<SqlQuery[]> {
  const add = bindStatement<CounterRow>(
    orm
      .insert(table)
      .values(placeholdersFor(table))
      .onConflictDoUpdate({
        target: [table.atMs, table.relay, table.event],
        set: { count: added("count"), recipients: added("recipients"), bytes: added("bytes") },
      })
      .toSQL(),
  );
  const remember = bindStatement<typeof countedBatchTable.$inferSelect>(
    orm
      .insert(countedBatchTable)
      .values(placeholdersFor(countedBatchTable))
      .onConflictDoUpdate({ target: countedBatchTable.source, set: { ids: sql`excluded.ids` } })
      .toSQL(),
  );
  return async ({ source, entries }) => {
    if (entries.length === 0) return [];
    const [last] = await orm.select().from(countedBatchTable).where(eq(countedBatchTable.source, source));
    const rows = rowsOf(entries, new Set(last?.ids));
    return [...rows.map(add), remember({ source, ids: entries.map(({ id }) => id) })];
  };
}

/** The counters behind `driver`. */
export function openEventCounters(driver: DatabaseDriver): EventCounters {
  const orm = openOrm(driver);
  return withPlainErrors<EventCounters>({
    async span() {
      const [found] = await orm.select({ firstMs: min(table.atMs), lastMs: max(table.atMs) }).from(table);
      if (found === undefined || found.firstMs === null || found.lastMs === null) return null;
      return { firstMs: found.firstMs, lastMs: found.lastMs };
    },
    sums: (query) => selectSums(orm, query),
  });
}

async function selectSums(orm: Orm, query: CounterQuery): Promise<CounterSum[]> {
  const step = stepOf(query);
  const relay = query.byRelay ? sql<string>`${table.relay}` : sql<string>`''`;
  const rows = await orm
    .select({
      step: step.as("step"),
      relay: relay.as("of_relay"),
      event: table.event,
      count: total(table.count),
      recipients: total(table.recipients),
      bytes: total(table.bytes),
    })
    .from(table)
    .where(and(gte(table.atMs, query.fromMs), lt(table.atMs, query.toMs)))
    .groupBy(sql`1, 2, 3`)
    .orderBy(sql`1, 2, 3`);
  return rows.map((row) => ({ ...row, relay: row.relay === "" ? null : row.relay }));
}

/** Division rounds towards zero: what lies before 1970 would share a step with what lies behind. No clock is there. */
function stepOf({ stepMs, offsetMs }: CounterQuery): SQL<number> {
  if (stepMs === null) return sql<number>`0`;
  return sql<number>`(${table.atMs} + ${sql.raw(String(offsetMs))}) / ${sql.raw(String(stepMs))}`;
}

function total(column: AnySQLiteColumn): SQL<number> {
  return sql<number>`sum(${column})`;
}

function added(column: string): SQL {
  const name = sql.identifier(column);
  return sql`${sql.identifier("event_counter")}.${name} + excluded.${name}`;
}

/** The rows that count `entries`, those in `counted` left out. */
function rowsOf(entries: readonly Countable[], counted: Set<string>): CounterRow[] {
  const rows = new Map<string, CounterRow>();
  for (const { id, atMs, relay, event, count, recipients, bytes } of entries) {
    if (counted.has(id)) continue;
    counted.add(id);
    const key = `${atMs} ${event} ${relay ?? ""}`;
    const row = rows.get(key) ?? { atMs, relay: relay ?? "", event, count: 0, recipients: 0, bytes: 0 };
    rows.set(key, {
      ...row,
      count: row.count + count,
      recipients: row.recipients + recipients,
      bytes: row.bytes + bytes,
    });
  }
  return [...rows.values()];
}
