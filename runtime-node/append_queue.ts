/** Messages on their way to the spool's thread: sent together, as many as arrived while the last ones were being stored. */
import type { AppendResult, NewSpoolMessage } from "../core/spool/mod.ts";

/** What became of one message of a group. */
export type AppendOutcome =
  | { readonly isOk: true; readonly result: AppendResult }
  | { readonly isOk: false; readonly error: unknown };

/** Stores a group of messages; one that can't be stored does not keep the others from it. */
export type AppendAll = (messages: readonly NewSpoolMessage[]) => Promise<readonly AppendOutcome[]>;

/** Groups under way at a time: one being stored, and one on its way, so that the spool's thread never waits for work. */
const maxOpenGroups = 2;

interface WaitingMessage {
  readonly message: NewSpoolMessage;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Forms groups of messages. A message that comes alone leaves at once; under load, a journey to the other thread and a
 * commit are shared by all that came meanwhile.
 */
export class AppendQueue {
  readonly #appendAll: AppendAll;
  #waiting: WaitingMessage[] = [];
  #openGroups = 0;
  #isScheduled = false;

  constructor(appendAll: AppendAll) {
    this.#appendAll = appendAll;
  }

  append(message: NewSpoolMessage): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ message, resolve, reject });
      this.#schedule();
    });
  }

  /** Waits for the end of this turn of the event loop, for what else it brings. */
  #schedule(): void {
    if (this.#isScheduled || this.#openGroups >= maxOpenGroups) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      void this.#sendGroup();
    });
  }

  async #sendGroup(): Promise<void> {
    const group = this.#waiting;
    if (group.length === 0) return;
    this.#waiting = [];
    this.#openGroups++;
    try {
      const outcomes = await this.#appendAll(group.map(({ message }) => message));
      for (const [index, { resolve, reject }] of group.entries()) {
        const outcome = outcomes[index]!;
        if (outcome.isOk) resolve(outcome.result);
        else reject(outcome.error);
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    } finally {
      this.#openGroups--;
      if (this.#waiting.length > 0) this.#schedule();
    }
  }
}
