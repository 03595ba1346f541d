/** Follows the message log: its last rows, then each new one soon after it was written. */
import type { Clock } from "../capabilities.ts";
import type { MessageEvent } from "../history/message_event.ts";
import type { MessageLog } from "../history/message_log.ts";

const firstRows = 10;
const pageRows = 1000;
/** Rows are written a little out of order; one that is later than this is left to a search. */
const overlapMs = 2000;

/** What following the log needs. */
export interface LogFollowing {
  readonly log: Pick<MessageLog, "search">;
  readonly clock: Pick<Clock, "nowMs">;
  /** As in the context of operations. */
  readonly logGrown: (rows: number, signal: AbortSignal) => Promise<number>;
}

/** Yields batches of rows, oldest first, each row once, until `signal` aborts: the last ten rows, then what follows. */
export async function* followLog(
  { log, clock, logGrown }: LogFollowing,
  signal: AbortSignal,
): AsyncGenerator<readonly MessageEvent[], void, void> {
  let rows = await logGrown(-1, signal);
  let seen = await readRecent(log, signal);
  let batch: readonly MessageEvent[] = seen.slice(0, firstRows);
  while (!signal.aborted) {
    if (batch.length > 0) yield batch.toReversed();
    rows = await logGrown(rows, signal);
    const sinceMs = (seen[0]?.timeMs ?? clock.nowMs()) - overlapMs;
    const recent = await readSince(log, sinceMs, signal);
    const known = new Set(seen.map(({ eventId }) => eventId));
    batch = recent.filter(({ eventId }) => !known.has(eventId));
    if (recent.length > 0) seen = recent;
  }
}

/** The last ten rows, or all that are no older than the newest by more than the overlap when those are more. */
async function readRecent(log: Pick<MessageLog, "search">, signal: AbortSignal): Promise<readonly MessageEvent[]> {
  const { rows } = await log.search({ limit: firstRows });
  const newest = rows[0];
  if (newest === undefined) return [];
  const recent = await readSince(log, newest.timeMs - overlapMs, signal);
  const known = new Set(recent.map(({ eventId }) => eventId));
  return [...recent, ...rows.filter(({ eventId }) => !known.has(eventId))];
}

/** All rows from `fromTimeMs` on, newest first. */
async function readSince(log: Pick<MessageLog, "search">, fromTimeMs: number, signal: AbortSignal) {
  const found: MessageEvent[] = [];
  let cursor: string | null = null;
  do {
    const page = await log.search({ fromTimeMs, limit: pageRows, ...(cursor === null ? {} : { cursor }) });
    found.push(...page.rows);
    cursor = page.next;
  } while (cursor !== null && !signal.aborted);
  return found;
}
