/** How fast the message log is written: mail in a burst goes before its log, which catches up as soon as that is over. */

/** Rows that are written together. */
export const batchRows = 500;
/** Pause after a batch that took all there was: few larger transactions cost less than many small ones. */
const gatherMs = 200;
/** Rows that come within a second while mail comes in a burst: to keep up with them would take a good part of a processor. */
const burstRowsPerSecond = 2000;
/** Pause in a burst as a multiple of the time that the batch took: what is left of a busy processor belongs to mail. */
const restShare = 9;
const longestRestMs = 2000;
/** Rows that may wait before there are no pauses even in a burst. */
const maxBehindRows = 200_000;

/** A batch that was taken to be written. */
export interface TakenBatch {
  readonly rows: number;
  /** Rows that waited when it was taken, its own included. */
  readonly backlog: number;
  readonly takenAtMs: number;
}

/** Tells how long the writer of the log pauses after each batch. */
export class LogPace {
  #last: TakenBatch = { rows: 0, backlog: 0, takenAtMs: 0 };

  /** The pause after `batch`, which was written by `nowMs`; milliseconds, `0` for none. */
  pauseMs(batch: TakenBatch, nowMs: number): number {
    const last = this.#last;
    this.#last = batch;
    if (batch.backlog >= maxBehindRows) return 0;
    const arrived = batch.backlog - (last.backlog - last.rows);
    const spanMs = Math.max(1, batch.takenAtMs - last.takenAtMs);
    if ((arrived * 1000) / spanMs < burstRowsPerSecond) return batch.rows < batchRows ? gatherMs : 0;
    return Math.min(longestRestMs, Math.max(gatherMs, restShare * (nowMs - batch.takenAtMs)));
  }
}
