/**
 * How rows of the message log are numbered: in the order of their times, so that a time span is a span of numbers, and
 * whatever finds rows by number finds them newest first.
 *
 * Format: milliseconds × 2,048, plus how many rows of that millisecond were there before. Rows that are written late get
 * their place among those of their time. A millisecond with more rows than that goes on with the next free number, and so
 * counts as a later one in searches by time.
 */
import { type SQL, sql } from "drizzle-orm";
import { messageEventTable as table } from "./table/message_event.ts";

/** Numbers stay exact in JavaScript until the year 2109. */
const numbersPerMs = 2048;

/** The first number of a millisecond. */
export function firstNumberOf(timeMs: number): number {
  return Math.max(0, Math.floor(timeMs)) * numbersPerMs;
}

/** The first free number of the millisecond whose numbers begin with `first` and end before `end`, in one expression. */
export function freeNumber(first: SQL, end: SQL): SQL {
  const last = sql`SELECT max(seq) FROM ${table} WHERE seq >= ${first} AND seq < ${end}`;
  const isFree = sql`NOT EXISTS (SELECT 1 FROM ${table} AS taken WHERE taken.seq = used.seq + 1)`;
  return sql`coalesce((SELECT used.seq + 1 FROM ${table} AS used WHERE used.seq >= (${last}) AND ${isFree} ORDER BY used.seq LIMIT 1), ${first})`;
}
