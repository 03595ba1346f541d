/** A message that was claimed: which of its legs are still open, and what is to be stored about the others. */
import type { ClaimedMessage, Settlement, SpoolEntry } from "../spool/mod.ts";
import type { Leg } from "./plan_legs.ts";
import { type RouteAttempt, type SettleOptions, settleAttempt } from "./settle_attempt.ts";

/** One claimed message on its way. */
export class Consignment {
  readonly message: ClaimedMessage;
  /** Addresses that were not attempted, because their relay had no room. */
  readonly withheld = new Set<string>();
  /** Whether a leg was given up, to be planned anew. */
  isReturned = false;
  /** The end of the last settlement, which the next one must come after; `null` before the first. */
  stored: Promise<void> | null = null;
  #entry: SpoolEntry;
  #open: number;
  #attempts: RouteAttempt[] = [];
  #isAttempted = false;

  constructor(message: ClaimedMessage, legs: number) {
    this.message = message;
    this.#entry = message.entry;
    this.#open = legs;
  }

  /** The message as of the last settlement. */
  get entry(): SpoolEntry {
    return this.#entry;
  }

  /** Whether no leg is open. */
  get isOver(): boolean {
    return this.#open === 0;
  }

  /** Whether nothing was sent. */
  get isUntouched(): boolean {
    return !this.#isAttempted;
  }

  /** Whether some legs are done and not settled while others are open. */
  get isHalfway(): boolean {
    return this.#open > 0 && this.#attempts.length > 0;
  }

  /** Ends a leg with what it met. */
  attempt(attempt: RouteAttempt): void {
    this.#attempts.push(attempt);
    this.#isAttempted = true;
    this.#open--;
  }

  /** Ends a leg that was not attempted. */
  withhold({ recipients }: Leg): void {
    for (const { address } of recipients) this.withheld.add(address);
    this.#open--;
  }

  /** What is to be stored about the legs that are done; asked for once. */
  settle(options: SettleOptions): Settlement {
    const settlement = settleAttempt(this.#entry, this.#attempts, options);
    if (this.isOver) return settlement;
    const { recipients, attempts, lastError } = settlement;
    this.#attempts = [];
    this.#entry = { ...this.#entry, recipients, attempts, lastError };
    return { ...settlement, next: "processing" };
  }
}
