/** Searching the message log, newest first. */
import { desc, type SQL, sql } from "drizzle-orm";
import type { MessageLogPage, MessageLogQuery } from "../core/history/message_log.ts";
import { eventOf, type MessageEventRow } from "./message_event_row.ts";
import { matchOf, type RowMatch } from "./message_match.ts";
import { firstNumberOf } from "./message_number.ts";
import { hasPhrase } from "./message_terms.ts";
import type { Orm } from "./orm.ts";
import { messageEventTable as table } from "./table/message_event.ts";

/** A page that reads rows for longer ends where it has come to. */
const pageBudgetMs = 45;
/** So many rows are read at a time where the index can't tell which of them are meant. */
const rowsToRead = 300;
/** So many rows that the index names are asked for their status, before the index of that is gone through too. */
const rowsToAsk = 2000;
const noEnd = Number.MAX_SAFE_INTEGER;

/** Numbers of rows from `from` on, up to and without `to`. */
interface NumberSpan {
  readonly from: number;
  readonly to: number;
}

/** What the index, or the status, says about rows. */
interface RowConditions {
  readonly match: RowMatch;
  readonly status: string | undefined;
}

/**
 * One page of rows, ordered by time and by the order of writing where times are equal.
 *
 * Time bounds the numbers of rows, see `message_number.ts`; status has an index; all else is one query to the full-text
 * index, which goes through the rows of the rarest term. What that can't tell, rows are read for, until the page is full
 * or its time is up: then it is shorter than asked for, even empty, and its cursor goes on from there. The cursor is a
 * number below which the next page starts; after one that was never given, nothing comes.
 *
 * @param nowMs tells the time that it takes
 */
export async function searchEvents(orm: Orm, query: MessageLogQuery, nowMs: () => number): Promise<MessageLogPage> {
  const untilMs = nowMs() + pageBudgetMs;
  const span = await spanOf(orm, query);
  const match = span === null ? null : await matchOf(orm, query);
  if (span === null || match === null) return { rows: [], next: null };
  const { limit } = query;
  const isExact = match.phrases.length === 0;
  const atOnce = isExact ? limit + 1 : rowsToRead;
  const found: MessageEventRow[] = [];
  for (let { from, to } = span; ; ) {
    const numbers = await findNumbers(orm, { from, to }, { match, status: query.status }, atOnce);
    const rows = await readRows(orm, numbers);
    found.push(...(isExact ? rows : rows.filter((row) => hasPhrases(row, match))));
    if (found.length > limit) return pageOf(found.slice(0, limit), found[limit - 1]!.seq);
    if (numbers.length < atOnce) return pageOf(found, null);
    to = numbers.at(-1)!;
    if (nowMs() > untilMs) return pageOf(found, to);
  }
}

function pageOf(rows: readonly MessageEventRow[], next: number | null): MessageLogPage {
  return { rows: rows.map(eventOf), next: next === null ? null : String(next) };
}

function readRows(orm: Orm, numbers: readonly number[]): Promise<MessageEventRow[]> {
  return orm.select().from(table).where(isAmong(numbers)).orderBy(desc(table.seq));
}

function hasPhrases(row: MessageEventRow, { phrases }: RowMatch): boolean {
  const event = eventOf(row);
  return phrases.every(({ fields, phrase }) => fields.some((field) => hasPhrase(event, field, phrase)));
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

/** The newest numbers of such rows, up to `limit`. */
async function findNumbers(orm: Orm, span: NumberSpan, conditions: RowConditions, limit: number): Promise<number[]> {
  const { match, status } = conditions;
  const read = async (query: SQL) => (await orm.values<[number]>(query)).flat();
  if (match.expression === null || status === undefined) return read(numbersIn(span, conditions, limit));
  // Where the index names few rows, or most have the status, there is no need to go through a million others.
  const named = await read(numbersIn(span, { match, status: undefined }, rowsToAsk));
  const meant = await read(
    sql`SELECT seq FROM ${table} WHERE +status = ${status} AND ${isAmong(named)} ORDER BY seq DESC LIMIT ${limit}`,
  );
  if (meant.length === limit || named.length < rowsToAsk) return meant;
  const rest = { from: span.from, to: named.at(-1)! };
  return [...meant, ...(await read(numbersIn(rest, conditions, limit - meant.length)))];
}

function isAmong(numbers: readonly number[]): SQL {
  return sql`${table.seq} IN (SELECT value FROM json_each(${JSON.stringify(numbers)}))`;
}

/** The index takes a bound that is no integer for none, and the driver binds all numbers as reals. */
function numbersIn({ from, to }: NumberSpan, { match, status }: RowConditions, limit: number): SQL {
  const isInside = (column: SQL) => sql`${column} >= CAST(${from} AS INTEGER) AND ${column} < CAST(${to} AS INTEGER)`;
  const parts: SQL[] = [];
  if (match.expression !== null) {
    parts.push(
      sql`SELECT rowid FROM message_search WHERE message_search MATCH ${match.expression} AND ${isInside(sql`rowid`)}`,
    );
  }
  if (status !== undefined)
    parts.push(sql`SELECT seq FROM ${table} WHERE status = ${status} AND ${isInside(sql`seq`)}`);
  if (parts.length === 0) parts.push(sql`SELECT seq FROM ${table} WHERE ${isInside(sql`seq`)}`);
  return sql`${sql.join(parts, sql` INTERSECT `)} ORDER BY 1 DESC LIMIT ${limit}`;
}
