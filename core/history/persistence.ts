/** Does what has to be done in the end, however long the database is away. */
import type { Clock } from "../capabilities.ts";

const firstRetryMs = 100;
const longestRetryMs = 5000;

/** What is told of the database's coming and going. */
export interface PersistenceOptions {
  readonly clock: Clock;
  /** A step has failed, the one before it had not; `reason` is one sentence. */
  readonly onSuspend: (reason: string, error: unknown) => void;
  /** A step has succeeded, the one before it had not. */
  readonly onResume: () => void;
}

/** Tries steps again, after pauses that grow from 0.1 to 5 s, until they succeed or it is stopped. */
export class Persistence {
  readonly #options: PersistenceOptions;
  readonly #stopping = new AbortController();
  #reason: string | null = null;
  #endPause = () => {};

  constructor(options: PersistenceOptions) {
    this.#options = options;
  }

  /** Why the last step failed; `null` where it succeeded. */
  get reason(): string | null {
    return this.#reason;
  }

  /** Aborts when it is stopped. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Does `step` until it succeeds; `null` when it is stopped before. */
  async persist<T>(step: () => Promise<T>): Promise<{ readonly value: T } | null> {
    let pauseMs = firstRetryMs;
    do {
      try {
        const value = await step();
        this.#resume();
        return { value };
      } catch (error) {
        this.#suspend(error);
      }
      await this.pause(pauseMs);
      pauseMs = Math.min(pauseMs * 2, longestRetryMs);
    } while (!this.signal.aborted);
    return null;
  }

  /** Resolves after `ms`, or when the pause is ended. */
  pause(ms: number): Promise<void> {
    if (this.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(ms, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Ends the pause that is under way, if any. */
  endPause(): void {
    this.#endPause();
  }

  /** Ends after the step that is under way. */
  stop(): void {
    this.#stopping.abort();
    this.#endPause();
  }

  #suspend(error: unknown): void {
    const isNews = this.#reason === null;
    this.#reason = error instanceof Error ? error.message : String(error);
    if (isNews) this.#options.onSuspend(this.#reason, error);
  }

  #resume(): void {
    if (this.#reason === null) return;
    this.#reason = null;
    this.#options.onResume();
  }
}
