/** How relays have fared lately. In memory alone: a restart knows nothing, and learns it from the first attempts. */
import type { DeliveryReport } from "./outcome.ts";
import type { Relay } from "./relay.ts";

/** Pause between the messages that try a relay whose mail goes to its fallback, so that its recovery is seen. */
const probePauseMs = 60_000;

/** After so many failures in a row a relay is tried by one message at a time, until it has answered well once. */
const failuresToCaution = 8;

interface Failing {
  readonly sinceMs: number;
  /** Attempts that failed, one after the other. */
  count: number;
  /** When it was tried last. */
  triedAtMs: number;
}

/** What is known about each relay; one that has never failed, or has answered well since, is not known. */
export class RelayHealth {
  readonly #failing = new Map<string, Failing>();

  /** Takes note of an attempt: it failed when all of its recipients met temporary failures. */
  note({ id }: Relay, { outcomes }: DeliveryReport, nowMs: number): void {
    const known = this.#failing.get(id);
    if (outcomes.some(({ result }) => result !== "temporary")) {
      if (known !== undefined) this.#failing.delete(id);
    } else if (known === undefined) this.#failing.set(id, { sinceMs: nowMs, count: 1, triedAtMs: nowMs });
    else {
      known.count++;
      known.triedAtMs = nowMs;
    }
  }

  /** Since when all attempts have failed, or `null` when the last one did not. */
  failingSinceMs({ id }: Relay): number | null {
    return this.#failing.get(id)?.sinceMs ?? null;
  }

  /** Whether it has failed so many times in a row that it is not worth much effort. */
  isHopeless({ id }: Relay): boolean {
    return (this.#failing.get(id)?.count ?? 0) >= failuresToCaution;
  }

  /** How many deliveries `relay` may have under way now. */
  concurrencyOf(relay: Relay): number {
    return this.isHopeless(relay) ? 1 : relay.concurrency;
  }

  /** Whether a message may try the failing `relay` now, which counts as a try. */
  mayProbe({ id }: Relay, nowMs: number): boolean {
    const known = this.#failing.get(id);
    if (known === undefined) return true;
    // Also when the clock was set back.
    if (Math.abs(nowMs - known.triedAtMs) < probePauseMs) return false;
    known.triedAtMs = nowMs;
    return true;
  }

  /** Forgets relays that are gone, or were changed: that may have put right what was wrong. */
  follow(before: readonly Relay[], now: readonly Relay[]): void {
    const unchanged = new Set(now.map((relay) => JSON.stringify(relay)));
    for (const relay of before) if (!unchanged.has(JSON.stringify(relay))) this.#failing.delete(relay.id);
  }
}
