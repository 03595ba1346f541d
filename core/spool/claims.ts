/** Which messages are being delivered, and which are to be next: known in memory alone, so that a crash ends every claim. */
import type { SqlValue } from "../capabilities.ts";
import type { MessageRow } from "./row_codec.ts";
import type { LaneRooms } from "./spool.ts";
import type { SpoolTables, StoredState } from "./spool_tables.ts";

/** A message that is being delivered, as it is stored. */
export interface Claim {
  readonly seq: SqlValue;
  readonly state: StoredState;
  readonly lane: string;
}

/** The claims on one spool. */
export class Claims {
  readonly #tables: Pick<SpoolTables, "due" | "nextDueAtMs" | "nextLane">;
  readonly #byId = new Map<string, Claim>();
  /** The same messages by their number, which tells them without a look at their rows. */
  readonly #seqs = new Set<SqlValue>();
  /** How many of them are stored in each lane. */
  readonly #inLane = new Map<string, number>();

  constructor(tables: Pick<SpoolTables, "due" | "nextDueAtMs" | "nextLane">) {
    this.#tables = tables;
  }

  get size(): number {
    return this.#byId.size;
  }

  ids(): IterableIterator<string> {
    return this.#byId.keys();
  }

  of(id: string): Claim | undefined {
    return this.#byId.get(id);
  }

  /** How many are stored in that state. */
  countOf(state: StoredState): number {
    let count = 0;
    for (const claim of this.#byId.values()) if (claim.state === state) count++;
    return count;
  }

  add(row: MessageRow): void {
    const claim: Claim = { seq: row.seq!, state: row.state as StoredState, lane: String(row.lane) };
    this.#byId.set(String(row.id), claim);
    this.#seqs.add(claim.seq);
    this.#inLane.set(claim.lane, this.#countIn(claim.lane) + 1);
  }

  release(id: string): void {
    const claim = this.#byId.get(id);
    if (claim === undefined) return;
    this.#byId.delete(id);
    this.#seqs.delete(claim.seq);
    const left = this.#countIn(claim.lane) - 1;
    if (left > 0) this.#inLane.set(claim.lane, left);
    else this.#inLane.delete(claim.lane);
  }

  /** Numbers of up to `max` messages that are due at `nowMs` and not claimed, the longest waiting first. */
  due(max: number, nowMs: number, rooms: LaneRooms): SqlValue[] {
    const due: MessageRow[] = [];
    for (const lane of this.#lanesWithRoom(rooms)) {
      const wanted = Math.min(max, rooms.get(lane) ?? max);
      // Claimed messages are stored as before: they are asked for too, and left out.
      const rows = this.#tables.due(lane, nowMs, wanted + this.#countIn(lane));
      due.push(...rows.filter(({ seq }) => !this.#seqs.has(seq!)).slice(0, wanted));
    }
    return due
      .toSorted((a, b) => Number(a.due_at) - Number(b.due_at) || Number(a.seq) - Number(b.seq))
      .slice(0, max)
      .map(({ seq }) => seq!);
  }

  /** When the next message is due after `nowMs` in a lane with room, or `null` when none waits. */
  nextDueAtMs(nowMs: number, rooms: LaneRooms): number | null {
    let earliest: number | null = null;
    for (const lane of this.#lanesWithRoom(rooms)) {
      const dueAtMs = this.#tables.nextDueAtMs(lane, nowMs);
      if (dueAtMs !== null) earliest = Math.min(dueAtMs, earliest ?? dueAtMs);
    }
    return earliest;
  }

  /** Found by leaps over the index, from lane to lane, however many messages wait in each. */
  *#lanesWithRoom(rooms: LaneRooms): Generator<string> {
    for (let lane: string | null = ""; lane !== null; lane = this.#tables.nextLane(lane)) {
      if (rooms.get(lane) !== 0) yield lane;
    }
  }

  #countIn(lane: string): number {
    return this.#inLane.get(lane) ?? 0;
  }
}
