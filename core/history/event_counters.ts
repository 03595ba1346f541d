/** Counts of what happened, kept for ever: what reports are made of. Touches nothing. */
import type { MessageEvent, MessageEventKind } from "./message_event.ts";

/** Counters are kept for each quarter of an hour, UTC: every time zone begins its hours and days with one. */
export const counterSpanMs = 15 * 60 * 1000;

/** Something that is counted exactly once, however often it is handed over. */
export interface Countable {
  /** No two things that are counted have the same. */
  readonly id: string;
  /** Start of the quarter of an hour in which it happened: {@link counterStartMs}. */
  readonly atMs: number;
  /** `null` before a relay was chosen. */
  readonly relay: string | null;
  readonly event: MessageEventKind;
  readonly count: number;
  readonly recipients: number;
  readonly bytes: number;
}

/**
 * What one source hands over to be counted.
 *
 * A source that does not know whether a batch was counted hands it over again, whole, perhaps with more behind it, before
 * anything else: what the last batch of a source has counted is not counted again.
 */
export interface CountedBatch {
  readonly source: "spool" | "doors";
  readonly entries: readonly Countable[];
}

/** What an event of the message log counts for. */
export function countableOf({ eventId, timeMs, relay, event, recipients, sizeBytes }: MessageEvent): Countable {
  return {
    id: eventId,
    atMs: counterStartMs(timeMs),
    relay,
    event,
    count: 1,
    recipients: recipients.length,
    bytes: sizeBytes,
  };
}

/** Start of the quarter of an hour that holds `timeMs`. */
export function counterStartMs(timeMs: number): number {
  return Math.floor(timeMs / counterSpanMs) * counterSpanMs;
}

/** What counters are added up by: steps of local time, and each relay apart or all together. */
export interface CounterQuery {
  readonly fromMs: number;
  /** Not included. */
  readonly toMs: number;
  /** How far local time is ahead of UTC in all of the span. */
  readonly offsetMs: number;
  /** A multiple of {@link counterSpanMs}, or `null`: the whole span. */
  readonly stepMs: number | null;
  readonly byRelay: boolean;
}

/** Counters, added up. */
export interface CounterSum {
  /** Number of the step of local time since 1970; 0 where there are no steps. */
  readonly step: number;
  /** `null`: none was chosen yet; or all together. */
  readonly relay: string | null;
  readonly event: MessageEventKind;
  readonly count: number;
  readonly recipients: number;
  readonly bytes: number;
}

/** The counters, as they are read; written with the rows of the message log, in the same transactions. */
export interface EventCounters {
  /** Starts of the first quarter of an hour that has counters, and of the last; `null` while there are none. */
  span(): Promise<{ readonly firstMs: number; readonly lastMs: number } | null>;
  sums(query: CounterQuery): Promise<readonly CounterSum[]>;
}
