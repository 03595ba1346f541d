/** Takes events over from the spool into the message log, whatever happens to the database meanwhile. */
import type { Clock, Logger } from "../capabilities.ts";
import type { Spool } from "../spool/spool.ts";
import { WaitingRoom } from "../spool/waiting_room.ts";
import { countableOf } from "./event_counters.ts";
import { batchRows, LogPace } from "./log_pace.ts";
import type { MessageEvent, MessageEventKind } from "./message_event.ts";
import type { MessageLog } from "./message_log.ts";
import { Persistence } from "./persistence.ts";

/** Whether events reach the message log, and if not, why. */
export interface LogWriterState {
  readonly isWorking: boolean;
  /** The last error, one sentence; `null` while it works. */
  readonly reason: string | null;
}

/** What the writer stands between. */
export interface LogWriterOptions {
  readonly history: Pick<Spool, "takeHistory" | "forgetHistory" | "counts">;
  readonly log: Pick<MessageLog, "append">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** See {@link MessageLog.append}; asked for each batch. */
  readonly unlogged: () => ReadonlySet<MessageEventKind>;
}

/**
 * The loop that writes the message log.
 *
 * A batch is forgotten by the spool only after the log holds it. What fails is tried again, after pauses that grow from
 * 0.1 to 5 s, until it succeeds or the writer is stopped; a batch that was written twice is stored once.
 */
export class LogWriter {
  readonly #options: LogWriterOptions;
  readonly #persistence: Persistence;
  #running: Promise<void> = Promise.resolve();
  /** Rows written since the start. */
  #written = 0;
  readonly #growth = new WaitingRoom();
  readonly #pace = new LogPace();
  /** How many wait for the log to catch up. */
  #waiting = 0;

  constructor(options: LogWriterOptions) {
    const { clock, logger } = options;
    this.#options = options;
    this.#persistence = new Persistence({
      clock,
      onSuspend(reason, error) {
        const message = `The message log can't be written; mail goes on, and the log catches up later. ${reason}`;
        logger.warn("history.suspended", message, { error });
      },
      onResume: () => logger.info("history.resumed", "The message log is written again."),
    });
  }

  get state(): LogWriterState {
    const { reason } = this.#persistence;
    return { isWorking: reason === null, reason };
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Ends after the step that is under way; what is not written is taken again at the next start. */
  async stop(): Promise<void> {
    this.#persistence.stop();
    await this.#running;
  }

  /** Resolves to `true` once the log holds all that the spool knew at the time of the call, to `false` after `timeoutMs`. */
  async caughtUp(timeoutMs: number): Promise<boolean> {
    const { history, clock } = this.#options;
    const tooLate = new AbortController();
    const cancel = clock.after(timeoutMs, () => tooLate.abort());
    this.#waiting += 1;
    this.#persistence.endPause();
    try {
      // Read before the backlog is: a batch that is written in between must not be waited for twice.
      const written = this.#written;
      const enough = written + (await history.counts()).historyBacklog;
      const signal = AbortSignal.any([tooLate.signal, this.#persistence.signal]);
      while (this.#written < enough && !signal.aborted) await this.#growth.wait(signal);
      return this.#written >= enough;
    } finally {
      cancel();
      this.#waiting -= 1;
    }
  }

  /** Resolves once more than `rows` rows have been written since the start, to their number; also when `signal` aborts. */
  async grown(rows: number, signal: AbortSignal): Promise<number> {
    while (this.#written <= rows && !signal.aborted) await this.#growth.wait(signal);
    return this.#written;
  }

  async #run(): Promise<void> {
    const { history, log, clock, unlogged } = this.#options;
    const persistence = this.#persistence;
    const { signal } = persistence;
    while (!signal.aborted) {
      const taken = await persistence.persist(() => this.#unlessStopped(history.takeHistory(batchRows, signal)));
      const { rows = [], through = 0, backlog = 0 } = taken?.value ?? {};
      if (rows.length === 0) continue;
      const takenAtMs = clock.nowMs();
      const events = rows.flatMap((row) => this.#parse(row));
      const isLogged = await persistence.persist(() =>
        log.append(events, unlogged(), { source: "spool", entries: events.map(countableOf) }),
      );
      if (isLogged === null) return;
      await persistence.persist(() => this.#unlessStopped(history.forgetHistory(through)));
      this.#written += rows.length;
      this.#growth.wake();
      const pauseMs = this.#pace.pauseMs({ rows: rows.length, backlog, takenAtMs }, clock.nowMs());
      if (this.#waiting === 0 && pauseMs > 0) await persistence.pause(pauseMs);
    }
  }

  /** The event in a row; a row that was damaged would be in the way of all that come after it for ever. */
  #parse(row: string): MessageEvent[] {
    try {
      // A row that the spool kept from before omissions were noted has none.
      return [{ omitted: [], ...JSON.parse(row) } as MessageEvent];
    } catch (error) {
      this.#options.logger.error("history.row_unreadable", "A row for the message log can't be read and is left out", {
        error,
        row,
      });
      return [];
    }
  }

  /** The answer of the spool, or `undefined` on being stopped: the spool may have ended before, and never answer. */
  async #unlessStopped<T>(answer: Promise<T>): Promise<T | undefined> {
    const { signal } = this.#persistence;
    let onAbort = () => {};
    const stopped = new Promise<undefined>((resolve) => {
      onAbort = () => resolve(undefined);
      if (signal.aborted) onAbort();
      else signal.addEventListener("abort", onAbort, { once: true });
    });
    try {
      return await Promise.race([answer, stopped]);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }
}
