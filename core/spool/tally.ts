/** Counts of messages by state, kept beside the rows in the same transactions, so that nobody ever counts rows. */
import type { SqlConnection, SqlStatement } from "../capabilities.ts";
import type { MessageEventKind } from "../history/message_event.ts";

/** What is counted: the stored states, and the rows that wait for the message log. */
export type Tallied = "queued" | "retrying" | "failed" | "captured" | "unreadable" | "history";

/** The counts, and the changes of the transaction that is under way. */
export class Tally {
  readonly #update: SqlStatement;
  readonly #counts = new Map<string, number>();
  readonly #changes = new Map<Tallied, number>();
  readonly #events = new Map<MessageEventKind, number>();
  readonly #newEvents: MessageEventKind[] = [];

  constructor(connection: SqlConnection) {
    this.#update = connection.prepare("UPDATE counter SET messages = messages + ? WHERE state = ?");
    for (const row of connection.prepare("SELECT state, messages FROM counter").all()) {
      this.#counts.set(String(row.state), Number(row.messages));
    }
  }

  /** The committed count. */
  of(state: Tallied): number {
    return Math.max(0, this.#counts.get(state) ?? 0);
  }

  /** Notes a change of the transaction that is under way. */
  add(state: Tallied, change: number): void {
    this.#changes.set(state, (this.#changes.get(state) ?? 0) + change);
  }

  /** What has happened to messages since this object was made, by kind. */
  get events(): ReadonlyMap<MessageEventKind, number> {
    return this.#events;
  }

  /** Notes an event of the transaction that is under way. */
  addEvent(kind: MessageEventKind): void {
    this.#newEvents.push(kind);
  }

  /** Writes the changes into the transaction. */
  beforeCommit(): void {
    for (const [state, change] of this.#changes) if (change !== 0) this.#update.run(change, state);
  }

  afterCommit(): void {
    for (const [state, change] of this.#changes) this.#counts.set(state, (this.#counts.get(state) ?? 0) + change);
    for (const kind of this.#newEvents) this.#events.set(kind, (this.#events.get(kind) ?? 0) + 1);
    this.#forgetChanges();
  }

  afterRollback(): void {
    this.#forgetChanges();
  }

  #forgetChanges(): void {
    this.#changes.clear();
    this.#newEvents.length = 0;
  }
}
