/** The SQL of the spool: each statement once, prepared once. Every change belongs inside a transaction. */
import type { SqlConnection, SqlStatement, SqlValue } from "../capabilities.ts";
import type { MessageEvent } from "../history/message_event.ts";
import type { IdempotencyClaim, NewSpoolMessage, SpoolState } from "./entry.ts";
import { encodeMessage, encodeRecipients, type MessageRow, messageColumns } from "./row_codec.ts";
import type { HistoryBatch, Settlement } from "./spool.ts";
import type { Tally } from "./tally.ts";

/** States that are stored; `processing` is not. */
export type StoredState = Exclude<SpoolState, "processing">;

/** The tables of the spool behind typed calls. */
export class SpoolTables {
  readonly #connection: SqlConnection;
  readonly #tally: Tally;
  readonly #statements = new Map<string, SqlStatement>();
  #nextHistorySeq: number;
  readonly #newEvents: string[] = [];

  constructor(connection: SqlConnection, tally: Tally) {
    this.#connection = connection;
    this.#tally = tally;
    // Never from 1 again while this process lives, so that a confirmation can't hit rows that came after it.
    this.#nextHistorySeq = Number(this.#sql("SELECT coalesce(max(seq), 0) AS last FROM history").get()?.last) + 1;
  }

  insert(message: NewSpoolMessage): void {
    const { lastInsertRowid } = this.#sql(
      `INSERT INTO message (${messageColumns}, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued')`,
    ).run(...encodeMessage(message));
    if (message.content.kind === "inline") {
      this.#sql("INSERT INTO content (seq, bytes) VALUES (?, ?)").run(lastInsertRowid, message.content.bytes);
    }
    this.#tally.add("queued", 1);
  }

  /** `seq` and `due_at` of messages due in `lane` at `nowMs`, the longest waiting first. */
  due(lane: string, nowMs: number, limit: number): MessageRow[] {
    return this.#sql(
      "SELECT seq, due_at FROM message INDEXED BY message_due WHERE state IN ('queued', 'retrying') AND lane = ? AND due_at <= ? ORDER BY due_at LIMIT ?",
    ).all(lane, nowMs, limit);
  }

  /** When the next message is due in `lane` after `nowMs`, or `null` when none waits. */
  nextDueAtMs(lane: string, nowMs: number): number | null {
    const row = this.#sql(
      "SELECT due_at FROM message INDEXED BY message_due WHERE state IN ('queued', 'retrying') AND lane = ? AND due_at > ? ORDER BY due_at LIMIT 1",
    ).get(lane, nowMs);
    return row === undefined ? null : Number(row.due_at);
  }

  /** The lane that comes after `lane` by name, among those in which a message waits. */
  nextLane(lane: string): string | null {
    const row = this.#sql(
      "SELECT lane FROM message INDEXED BY message_due WHERE state IN ('queued', 'retrying') AND lane > ? ORDER BY lane LIMIT 1",
    ).get(lane);
    return row === undefined ? null : String(row.lane);
  }

  bySeq(seq: SqlValue): MessageRow | undefined {
    return this.#sql("SELECT * FROM message WHERE seq = ?").get(seq);
  }

  byId(id: string): MessageRow | undefined {
    return this.#sql("SELECT * FROM message WHERE id = ?").get(id);
  }

  contentBytes(seq: SqlValue): SqlValue | undefined {
    return this.#sql("SELECT bytes FROM content WHERE seq = ?").get(seq)?.bytes;
  }

  /** Newest first; of those that came before the message `before` alone, where one is named. */
  list(state: StoredState | undefined, before: string | undefined, limit: number): MessageRow[] {
    const ofState = state === undefined ? "" : `state = '${state}' AND`;
    const endSeq = before === undefined ? Number.MAX_SAFE_INTEGER : this.#seqOf(before);
    return this.#sql(`SELECT * FROM message WHERE ${ofState} seq < ? ORDER BY seq DESC LIMIT ?`).all(endSeq, limit);
  }

  /** The number of a message; where it is gone, one after that of the last whose id, which sorts by time, is lower. */
  #seqOf(id: string): number {
    const row =
      this.byId(id) ?? this.#sql("SELECT seq + 1 AS seq FROM message WHERE id < ? ORDER BY id DESC LIMIT 1").get(id);
    return Number(row?.seq ?? 0);
  }

  /** Moves a message to where an attempt has brought it; a message that is gone already stays gone. */
  settle(settlement: Settlement): MessageRow | undefined {
    const row = this.byId(settlement.id);
    if (row === undefined) return undefined;
    if (settlement.next === "done") {
      this.remove(row);
      return row;
    }
    const from = row.state as StoredState;
    const isOver = settlement.next !== "processing";
    const next = isOver ? settlement.next : from;
    this.#sql(
      "UPDATE message SET state = ?, recipients = ?, attempts = ?, due_at = ?, lane = ?, last_error = ? WHERE seq = ?",
    ).run(
      next,
      encodeRecipients(settlement.recipients),
      settlement.attempts,
      settlement.dueAtMs ?? Number(row.due_at),
      isOver ? (settlement.lane ?? "") : row.lane!,
      settlement.lastError,
      row.seq as number,
    );
    this.#move(from, next);
    return row;
  }

  park(seq: SqlValue, lane: string): void {
    this.#sql("UPDATE message SET lane = ? WHERE seq = ?").run(lane, seq);
  }

  /** Makes a message due at `nowMs`, its attempts counted anew. */
  requeue(row: MessageRow, recipients: string, nowMs: number): void {
    this.#sql(
      "UPDATE message SET state = 'queued', recipients = ?, attempts = 0, due_at = ?, lane = '' WHERE seq = ?",
    ).run(recipients, nowMs, row.seq as number);
    this.#move(row.state as StoredState, "queued");
  }

  remove(row: MessageRow): void {
    this.#sql("DELETE FROM message WHERE seq = ?").run(row.seq as number);
    if (row.large_file === null) this.#sql("DELETE FROM content WHERE seq = ?").run(row.seq as number);
    this.#tally.add(row.state as StoredState, -1);
  }

  /** Messages in `state` behind the number `after`, the oldest first. */
  behind(state: StoredState, after: number, limit: number): MessageRow[] {
    return this.#sql(`SELECT * FROM message WHERE state = '${state}' AND seq > ? ORDER BY seq LIMIT ?`).all(
      after,
      limit,
    );
  }

  setAside(row: MessageRow, reason: string): void {
    this.#sql("UPDATE message SET state = 'unreadable', last_error = ? WHERE seq = ?").run(reason, row.seq as number);
    this.#move(row.state as StoredState, "unreadable");
  }

  /** Notes events of the transaction that is under way; all of them become one row. */
  addHistory(events: readonly MessageEvent[]): void {
    for (const event of events) {
      this.#newEvents.push(JSON.stringify(event));
      this.#tally.addEvent(event.event);
    }
  }

  /** Writes the events into the transaction. */
  beforeCommit(): void {
    const count = this.#newEvents.length;
    if (count === 0) return;
    const insert = this.#sql("INSERT INTO history (seq, count, events) VALUES (?, ?, ?)");
    insert.run(this.#nextHistorySeq++, count, this.#newEvents.join("\n"));
    this.#tally.add("history", count);
    this.#newEvents.length = 0;
  }

  afterRollback(): void {
    this.#newEvents.length = 0;
  }

  /** The oldest events, as whole transactions: the first that do not fit in `limit` are left out, but for the first. */
  history(limit: number): HistoryBatch {
    const rows: string[] = [];
    let through = 0;
    for (const row of this.#sql("SELECT seq, count, events FROM history ORDER BY seq LIMIT ?").all(limit)) {
      if (rows.length > 0 && rows.length + Number(row.count) > limit) break;
      rows.push(...String(row.events).split("\n"));
      through = Number(row.seq);
    }
    return { through, rows, backlog: this.#tally.of("history") };
  }

  forgetHistory(through: number): void {
    const row = this.#sql("SELECT sum(count) AS count FROM history WHERE seq <= ?").get(through);
    this.#sql("DELETE FROM history WHERE seq <= ?").run(through);
    this.#tally.add("history", -Number(row?.count ?? 0));
  }

  /** Takes the claim for `id`, or returns the row of the request that took it since `sinceMs`. */
  claimIdempotency(claim: IdempotencyClaim, id: string, nowMs: number, sinceMs: number): MessageRow | undefined {
    this.#sql("DELETE FROM idempotency WHERE at < ?").run(sinceMs);
    const taken = this.#sql("SELECT body_digest, id FROM idempotency WHERE scope = ? AND key = ?").get(
      claim.scope,
      claim.key,
    );
    if (taken !== undefined) return taken;
    this.#sql("INSERT INTO idempotency (scope, key, body_digest, id, at) VALUES (?, ?, ?, ?, ?)").run(
      claim.scope,
      claim.key,
      claim.bodyDigest,
      id,
      nowMs,
    );
    return undefined;
  }

  /** All messages whose content is a file of its own. */
  withLargeFile(): MessageRow[] {
    return this.#sql("SELECT seq, id, state, large_file FROM message WHERE large_file IS NOT NULL").all();
  }

  #move(from: StoredState, to: StoredState): void {
    this.#tally.add(from, -1);
    this.#tally.add(to, 1);
  }

  #sql(text: string): SqlStatement {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = this.#connection.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }
}
