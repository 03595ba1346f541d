/** Counters in memory; each of its entries is a sum already. */
import {
  type Countable,
  type CounterQuery,
  type CounterSum,
  countableOf,
  type EventCounters,
} from "../../core/history/event_counters.ts";
import type { MessageEvent } from "../../core/history/message_event.ts";
import { sampleEvent } from "./memory_message_log.ts";

export class MemoryEventCounters implements EventCounters {
  readonly #entries: Countable[] = [];

  /** Counts an event; what a test does not name is ordinary. */
  count(event: Partial<MessageEvent>): void {
    this.#entries.push(countableOf(sampleEvent(event)));
  }

  async span() {
    const times = this.#entries.map(({ atMs }) => atMs);
    return times.length === 0 ? null : { firstMs: Math.min(...times), lastMs: Math.max(...times) };
  }

  async sums({ fromMs, toMs, offsetMs, stepMs, byRelay }: CounterQuery): Promise<CounterSum[]> {
    return this.#entries
      .filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
      .map(({ atMs, relay, event, count, recipients, bytes }) => {
        const step = stepMs === null ? 0 : Math.floor((atMs + offsetMs) / stepMs);
        return { step, relay: byRelay ? relay : null, event, count, recipients, bytes };
      });
  }
}
