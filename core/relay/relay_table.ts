/** The relays and routing rules in force: one immutable value behind one holder. */
import type { RelayTable } from "./relay.ts";

/** Holds the table that deliveries go by; a change replaces it whole and tells the subscribers. */
export class RelayTableHolder {
  #current: RelayTable = { relays: [], rules: [] };
  readonly #subscribers = new Set<(table: RelayTable) => void>();
  readonly #report: (error: unknown) => void;

  /** `report` gets what a subscriber throws: it neither undoes the change nor keeps it from the other subscribers. */
  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  get current(): RelayTable {
    return this.#current;
  }

  /** Calls `listener` with each new table; the returned function ends that. */
  subscribe(listener: (table: RelayTable) => void): () => void {
    this.#subscribers.add(listener);
    return () => void this.#subscribers.delete(listener);
  }

  /** Puts other relays, or other rules, in force. */
  replace(part: Partial<RelayTable>): void {
    this.#current = { ...this.#current, ...part };
    for (const subscriber of [...this.#subscribers]) {
      try {
        subscriber(this.#current);
      } catch (error) {
        this.#report(error);
      }
    }
  }
}
