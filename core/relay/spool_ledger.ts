/** What a courier tells the spool: kept until it is stored, and told one after the other where it is about one message. */
import type { Settlement, Spool } from "../spool/mod.ts";
import type { Consignment } from "./consignment.ts";

/** Settlements that may be under way while the next messages are sent already; one sync serves many of them. */
const maxSettlements = 64;

/** Messages that may be on their way into a lane while others are claimed. */
const maxMoves = 64;

/** What a {@link SpoolLedger} needs from its surroundings. */
export interface SpoolLedgerOptions {
  readonly spool: Pick<Spool, "settle" | "park">;
  /** Reports that something could not be stored, and resolves when it is to be tried again. */
  readonly onTrouble: (id: string, error: unknown) => Promise<void>;
  /** Called each time something has been stored. */
  readonly onStored: () => void;
}

/** The writes of one courier that are under way. */
export class SpoolLedger {
  readonly #options: SpoolLedgerOptions;
  readonly #settlements = new Set<Promise<void>>();
  readonly #moves = new Set<Promise<void>>();

  constructor(options: SpoolLedgerOptions) {
    this.#options = options;
  }

  /** Whether outcomes are made faster than they are stored. */
  get isBehind(): boolean {
    return this.#settlements.size >= maxSettlements;
  }

  /** Whether messages are claimed faster than they are put elsewhere. */
  get isMoving(): boolean {
    return this.#moves.size >= maxMoves;
  }

  /** Settles a message, after what was stored about it before. */
  settle(consignment: Consignment, settlement: Settlement): void {
    const store = () => this.#insist(settlement.id, () => this.#options.spool.settle(settlement));
    consignment.stored = consignment.stored === null ? store() : consignment.stored.then(store);
    this.#track(this.#settlements, consignment.stored);
  }

  /** Has a message that was not attempted wait in `lane`. */
  park(id: string, lane: string): void {
    this.#track(
      this.#moves,
      this.#insist(id, () => this.#options.spool.park([id], lane)),
    );
  }

  /** Resolves once all of it is stored. */
  async flushed(): Promise<void> {
    await Promise.all([...this.#settlements, ...this.#moves]);
  }

  #track(set: Set<Promise<void>>, work: Promise<void>): void {
    const tracked = work.finally(() => {
      set.delete(tracked);
      this.#options.onStored();
    });
    set.add(tracked);
  }

  /** Never gives up: a message that was delivered must not be sent again because the disk was full for a while. */
  async #insist(id: string, write: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await write();
      } catch (error) {
        await this.#options.onTrouble(id, error);
      }
    }
  }
}
