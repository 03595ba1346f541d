/** Searching the message log, newest first. */
import { desc, type SQL, sql } from "drizzle-orm";
import type { MessageLogPage, MessageLogQuery } from "../core/history/message_log.ts";
import { eventOf } from "./message_event_row.ts";
import { matchOf } from "./message_match.ts";
import { firstNumberOf } from "./message_number.ts";
import type { Orm } from "./orm.ts";
import { messageEventTable as table } from "./table/message_event.ts";

/** A page that takes longer ends where it has come to. */
const pageBudgetMs = 50;
/** A span that was searched faster than this is followed by a longer one. */
const quickMs = 5;
const spanGrowth = 4;
const firstSpan = firstNumberOf(3_600_000);
const noEnd = Number.MAX_SAFE_INTEGER;

/** Numbers of rows from `from` on, up to and without `to`. */
interface NumberSpan {
  readonly from: number;
  readonly to: number;
}

/** What the index, or the status, says about rows. */
interface RowConditions {
  readonly match: string | null;
  readonly status: string | undefined;
}

/**
 * One page of rows, ordered by time and by the order of writing where times are equal.
 *
 * Time bounds the numbers of rows, see `message_number.ts`; status has an index; all else is one query to the full-text
 * index, which goes through the rows of the rarest term. What that finds little of is searched in spans of time, longer
 * and longer ones, until the page is full or its time is up: then it is shorter than asked for, even empty, and its cursor
 * goes on from there. The cursor is a number below which the next page starts; after one that was never given, nothing
 * comes.
 */
export async function searchEvents(orm: Orm, query: MessageLogQuery, nowMs: () => number): Promise<MessageLogPage> {
  const span = await spanOf(orm, query);
  const match = span === null ? false : await matchOf(orm, query);
  if (span === null || match === false) return { rows: [], next: null };
  const { numbers, next } = await findNumbers(orm, { match, status: query.status }, span, query.limit, nowMs);
  const rows = await orm
    .select()
    .from(table)
    .where(sql`${table.seq} IN (SELECT value FROM json_each(${JSON.stringify(numbers)}))`)
    .orderBy(desc(table.seq));
  return { rows: rows.map(eventOf), next: next === null ? null : String(next) };
}

/** Where rows may be; `null` is nowhere. */
async function spanOf(orm: Orm, { fromTimeMs, toTimeMs, cursor }: MessageLogQuery): Promise<NumberSpan | null> {
  if (cursor !== undefined && !/^\d{1,16}$/.test(cursor)) return null;
  const [ends] = await orm.values<[number | null, number | null]>(
    sql`SELECT (SELECT min(seq) FROM ${table}), (SELECT max(seq) FROM ${table})`,
  );
  const [first, last] = ends ?? [null, null];
  if (first === null || last === null) return null;
  const from = Math.max(first, fromTimeMs === undefined ? first : firstNumberOf(fromTimeMs));
  const to = Math.min(
    last + 1,
    toTimeMs === undefined ? noEnd : firstNumberOf(toTimeMs + 1),
    cursor === undefined ? noEnd : Number(cursor),
  );
  return from < to ? { from, to } : null;
}

/** Numbers of rows for one page, and below which number the next one starts. */
async function findNumbers(
  orm: Orm,
  conditions: RowConditions,
  { from, to }: NumberSpan,
  limit: number,
  nowMs: () => number,
): Promise<{ numbers: number[]; next: number | null }> {
  const numbers: number[] = [];
  const startMs = nowMs();
  let spanStartMs = startMs;
  let length = firstSpan;
  for (let end = to; end > from; ) {
    const start = Math.max(from, end - length);
    const room = limit + 1 - numbers.length;
    const found = await orm.values<[number]>(numbersIn({ from: start, to: end }, conditions, room));
    numbers.push(...found.map(([seq]) => seq));
    if (numbers.length > limit) return { numbers: numbers.slice(0, limit), next: numbers[limit - 1]! };
    end = start;
    const endMs = nowMs();
    if (endMs - startMs > pageBudgetMs && end > from) return { numbers, next: end };
    if (endMs - spanStartMs < quickMs) length *= spanGrowth;
    spanStartMs = endMs;
  }
  return { numbers, next: null };
}

/** The index takes a bound that is no integer for none, and the driver binds all numbers as reals. */
function numbersIn({ from, to }: NumberSpan, { match, status }: RowConditions, limit: number): SQL {
  const isInside = (column: SQL) => sql`${column} >= CAST(${from} AS INTEGER) AND ${column} < CAST(${to} AS INTEGER)`;
  const parts: SQL[] = [];
  if (match !== null)
    parts.push(sql`SELECT rowid FROM message_search WHERE message_search MATCH ${match} AND ${isInside(sql`rowid`)}`);
  if (status !== undefined)
    parts.push(sql`SELECT seq FROM ${table} WHERE status = ${status} AND ${isInside(sql`seq`)}`);
  if (parts.length === 0) parts.push(sql`SELECT seq FROM ${table} WHERE ${isInside(sql`seq`)}`);
  return sql`${sql.join(parts, sql` INTERSECT `)} ORDER BY 1 DESC LIMIT ${limit}`;
}
