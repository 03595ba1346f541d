/** How many clients were refused at the door, on the way to the counters. Touches nothing. */
import { type Countable, counterStartMs } from "./event_counters.ts";

/**
 * Counts refusals until the counters have them.
 *
 * What was handed over once is handed over again, as it was, until it is known to be counted; what comes meanwhile waits.
 * So a refusal is counted exactly once, and a database that is away costs one entry for each quarter of an hour.
 */
export class DenialTally {
  readonly #createId: () => string;
  #handedOver: readonly Countable[] = [];
  #waiting = new Map<number, number>();

  constructor(createId: () => string) {
    this.#createId = createId;
  }

  /** How many are not known to be counted. */
  get size(): number {
    const counts = [...this.#handedOver.map(({ count }) => count), ...this.#waiting.values()];
    return counts.reduce((sum, count) => sum + count, 0);
  }

  add(timeMs: number): void {
    const atMs = counterStartMs(timeMs);
    this.#waiting.set(atMs, (this.#waiting.get(atMs) ?? 0) + 1);
  }

  /** What is to be counted next. */
  take(): readonly Countable[] {
    if (this.#handedOver.length === 0) {
      this.#handedOver = [...this.#waiting].map(([atMs, count]) => this.#entryOf(atMs, count));
      this.#waiting = new Map();
    }
    return this.#handedOver;
  }

  /** What was taken last is counted. */
  confirm(): void {
    this.#handedOver = [];
  }

  #entryOf(atMs: number, count: number): Countable {
    return { id: this.#createId(), atMs, relay: null, event: "denied", count, recipients: 0, bytes: 0 };
  }
}
