/** The durable queue on an SQLite file. Lives in one thread, which owns the file. */
import type { Clock, LargeFiles, Logger, SqlConnection } from "../capabilities.ts";
import { DispatchError } from "../error/mod.ts";
import { describeEvent } from "../history/describe_event.ts";
import type { MessageEvent } from "../history/message_event.ts";
import { Claims } from "./claims.ts";
import type { ClaimedMessage, NewSpoolMessage, SpoolContent, SpoolEntry } from "./entry.ts";
import { GroupCommit } from "./group_commit.ts";
import {
  decodeContent,
  decodeEntry,
  describeUnreadable,
  encodeRecipients,
  type MessageRow,
  renewRecipients,
} from "./row_codec.ts";
import type {
  AppendResult,
  HistoryBatch,
  LaneRooms,
  Settlement,
  Spool,
  SpoolCounts,
  SpoolFilter,
  SpoolPurge,
  SpoolPurged,
} from "./spool.ts";
import { SpoolTables, type StoredState } from "./spool_tables.ts";
import { Tally } from "./tally.ts";
import { WaitingRoom } from "./waiting_room.ts";

/** How long an idempotency key is remembered. */
const idempotencyMs = 24 * 60 * 60 * 1000;

/** What a {@link SqliteSpool} needs from its surroundings. */
export interface SqliteSpoolOptions {
  /** Prepared by `openSpoolFile`. */
  readonly connection: SqlConnection;
  readonly largeFiles: LargeFiles;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Makes `evt_…` ids. */
  readonly createEventId: () => string;
  /** Calls back once the work that comes together is there: a microtask later on servers. */
  readonly schedule: (callback: () => void) => void;
  /** Calls back within some milliseconds. Default: as `schedule` does. */
  readonly scheduleSoon?: (callback: () => void) => void;
}

/** {@link Spool} on an SQLite file. */
export class SqliteSpool implements Spool {
  readonly #options: SqliteSpoolOptions;
  readonly #tally: Tally;
  readonly #tables: SpoolTables;
  readonly #commits: GroupCommit;
  readonly #claims: Claims;
  readonly #dueRoom = new WaitingRoom();
  readonly #historyRoom = new WaitingRoom();

  constructor(options: SqliteSpoolOptions) {
    this.#options = options;
    const tally = new Tally(options.connection);
    this.#tally = tally;
    this.#tables = new SpoolTables(options.connection, tally);
    this.#claims = new Claims(this.#tables);
    this.#commits = new GroupCommit(options.connection, {
      schedule: options.schedule,
      scheduleSoon: options.scheduleSoon ?? options.schedule,
      beforeCommit: () => {
        this.#tables.beforeCommit();
        tally.beforeCommit();
      },
      afterCommit: () => tally.afterCommit(),
      afterRollback: () => {
        this.#tables.afterRollback();
        tally.afterRollback();
      },
    });
  }

  async append(message: NewSpoolMessage): Promise<AppendResult> {
    const result = await this.#store(() => this.#insert(message));
    if (result.kind === "stored") this.#wakeAll();
    return result;
  }

  async claim(max: number, signal: AbortSignal, rooms: LaneRooms = new Map()): Promise<ClaimedMessage[]> {
    while (!signal.aborted) {
      const { wakes } = this.#dueRoom;
      const nowMs = this.#options.clock.nowMs();
      const claimed = await this.#takeDue(max, nowMs, rooms);
      if (claimed.length > 0) return claimed;
      await this.#untilDue(nowMs, rooms, wakes, signal);
    }
    return [];
  }

  async settle(settlement: Settlement): Promise<void> {
    const row = await this.#commits.runSoon(() => {
      this.#tables.addHistory(settlement.events);
      return this.#tables.settle(settlement);
    });
    this.#historyRoom.wake();
    if (settlement.next === "processing") return;
    this.#claims.release(settlement.id);
    if (settlement.next === "done") await this.#removeLargeFile(row);
    else this.#dueRoom.wake();
  }

  async park(ids: readonly string[], lane: string): Promise<void> {
    const moving = ids.flatMap((id) => this.#claims.of(id) ?? []).filter((claim) => claim.lane !== lane);
    if (moving.length > 0) {
      await this.#commits.runSoon(() => {
        for (const { seq } of moving) this.#tables.park(seq, lane);
      });
    }
    for (const id of ids) this.#claims.release(id);
    this.#dueRoom.wake();
  }

  async counts(): Promise<SpoolCounts> {
    const retrying = this.#claims.countOf("retrying");
    return {
      queued: Math.max(0, this.#tally.of("queued") - (this.#claims.size - retrying)),
      processing: this.#claims.size,
      retrying: Math.max(0, this.#tally.of("retrying") - retrying),
      failed: this.#tally.of("failed"),
      captured: this.#tally.of("captured"),
      unreadable: this.#tally.of("unreadable"),
      historyBacklog: this.#tally.of("history"),
    };
  }

  async eventCounts(): Promise<Readonly<Partial<Record<MessageEvent["event"], number>>>> {
    return Object.fromEntries(this.#tally.events);
  }

  async list({ state, before, limit }: SpoolFilter): Promise<SpoolEntry[]> {
    if (state === "processing") {
      const entries = await Promise.all([...this.#claims.ids()].slice(0, limit).map((id) => this.find(id)));
      return entries.filter((entry) => entry !== null);
    }
    // Claimed messages are stored as queued or retrying; they are left out, so that many more are asked for.
    const rows = this.#tables.list(state, before, limit + this.#claims.size);
    const entries = rows.map((row) => this.#describe(row));
    return entries.filter((entry) => state === undefined || entry.state === state).slice(0, limit);
  }

  async find(id: string): Promise<SpoolEntry | null> {
    const row = this.#tables.byId(id);
    return row === undefined ? null : this.#describe(row);
  }

  async content(id: string): Promise<SpoolContent | null> {
    const row = this.#tables.byId(id);
    return row === undefined ? null : this.#contentOf(row);
  }

  async retry(id: string): Promise<void> {
    await this.#commits.run(() => {
      const row = this.#idleRow(id);
      const entry = this.#readAgain(row);
      const recipients = renewRecipients(entry.recipients, entry.state);
      this.#tables.requeue(row, encodeRecipients(recipients), this.#options.clock.nowMs());
      this.#tables.addHistory([this.#event("requeued", { ...entry, attempts: 0, recipients })]);
    });
    this.#wakeAll();
  }

  async delete(id: string): Promise<void> {
    const row = await this.#commits.run(() => {
      const found = this.#idleRow(id);
      this.#tables.remove(found);
      this.#tables.addHistory([this.#event("deleted", this.#describe(found))]);
      return found;
    });
    await this.#removeLargeFile(row);
    this.#wakeAll();
  }

  async purge({ state, beforeMs, after, limit, reason }: SpoolPurge): Promise<SpoolPurged> {
    const { rows, next } = await this.#commits.runSoon(() => {
      const found = this.#tables.behind(state, after, limit);
      const old = found.filter((row) => Number(row.due_at) < beforeMs);
      for (const row of old) {
        this.#tables.remove(row);
        this.#tables.addHistory([{ ...this.#event("deleted", this.#describe(row)), error: reason }]);
      }
      return { rows: old, next: found.length < limit ? null : Number(found.at(-1)!.seq) };
    });
    for (const row of rows) await this.#removeLargeFile(row);
    this.#historyRoom.wake();
    return { removed: rows.length, next };
  }

  async takeHistory(max: number, signal: AbortSignal): Promise<HistoryBatch> {
    while (!signal.aborted) {
      const batch = this.#tables.history(max);
      if (batch.rows.length > 0) return batch;
      await this.#historyRoom.wait(signal);
    }
    return { through: 0, rows: [], backlog: 0 };
  }

  async forgetHistory(through: number): Promise<void> {
    await this.#commits.runSoon(() => this.#tables.forgetHistory(through));
  }

  async close(): Promise<void> {
    this.#commits.flush();
    this.#options.connection.close();
  }

  /**
   * Makes rows and large files agree after a crash: removes files that no message refers to, and sets messages aside
   * whose file is gone. Only before any intake.
   */
  async reconcileLargeFiles(): Promise<void> {
    const present = new Set(await this.#options.largeFiles.list());
    const rows = this.#tables.withLargeFile();
    const known = new Set(rows.map((row) => String(row.large_file)));
    for (const name of present) if (!known.has(name)) await this.#options.largeFiles.remove(name);
    for (const row of rows) {
      const isLost = !present.has(String(row.large_file)) && row.state !== "unreadable";
      if (isLost) await this.#setAside(row, `the file ${String(row.large_file)} is missing`);
    }
  }

  #insert(message: NewSpoolMessage): AppendResult {
    if (message.idempotency !== undefined) {
      const nowMs = message.acceptedAtMs;
      const taken = this.#tables.claimIdempotency(message.idempotency, message.id, nowMs, nowMs - idempotencyMs);
      if (taken !== undefined) {
        if (taken.body_digest !== message.idempotency.bodyDigest) return { kind: "conflict" };
        return { kind: "replayed", id: String(taken.id) };
      }
    }
    this.#tables.insert(message);
    this.#tables.addHistory([this.#event("queued", { ...message, attempts: 0 }, message.acceptedAtMs)]);
    return { kind: "stored" };
  }

  async #store<T>(work: () => T): Promise<T> {
    try {
      return await this.#commits.run(work);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.logger.error("spool.write_failed", `A message could not be stored: ${reason}`, { reason });
      throw new DispatchError("spool_unavailable", { reason }, { cause: error });
    }
  }

  /** Claims what is due; all of it or, when the spool fails in the middle, nothing. */
  async #takeDue(max: number, nowMs: number, rooms: LaneRooms): Promise<ClaimedMessage[]> {
    const claimed: ClaimedMessage[] = [];
    const unreadable: (() => Promise<void>)[] = [];
    try {
      for (const seq of this.#claims.due(max, nowMs, rooms)) {
        const row = this.#tables.bySeq(seq);
        if (row === undefined) continue;
        try {
          claimed.push(this.#read(row));
          this.#claims.add(row);
        } catch (error) {
          unreadable.push(() => this.#setAside(row, error instanceof Error ? error.message : String(error)));
        }
      }
      for (const setAside of unreadable) await setAside();
    } catch (error) {
      for (const { entry } of claimed) this.#claims.release(entry.id);
      throw error;
    }
    // While rows were set aside others may have come: look again, or their arrival would go unnoticed.
    return claimed.length === 0 && unreadable.length > 0 ? this.#takeDue(max, nowMs, rooms) : claimed;
  }

  /** The message that a row stands for. @throws when it can't be read */
  #read(row: MessageRow): ClaimedMessage {
    const entry = decodeEntry(row);
    const content = this.#contentOf(row);
    if (content === null) throw new SyntaxError("the content is missing");
    return { entry: { ...entry, state: "processing" }, content, lane: String(row.lane) };
  }

  /** As it was stored. @throws {DispatchError} `queue_entry_unreadable` */
  #readAgain(row: MessageRow): SpoolEntry {
    try {
      return { ...this.#read(row).entry, state: row.state as StoredState };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new DispatchError("queue_entry_unreadable", { id: String(row.id), reason }, { cause: error });
    }
  }

  async #setAside(row: MessageRow, reason: string): Promise<void> {
    await this.#commits.run(() => this.#tables.setAside(row, reason));
    this.#options.logger.error(
      "spool.message_unreadable",
      `Message ${String(row.id)} can't be read and was set aside; it stays in the spool as "unreadable".`,
      { id: String(row.id), reason },
    );
  }

  #contentOf(row: MessageRow): SpoolContent | null {
    return decodeContent(row.large_file ?? null, row.large_file === null ? this.#tables.contentBytes(row.seq!) : null);
  }

  /** Waits for a wake since there were `wakes`, or for the next message that was not due yet at `lookedAtMs`, when those due were looked for. */
  async #untilDue(lookedAtMs: number, rooms: LaneRooms, wakes: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const dueAtMs = this.#claims.nextDueAtMs(lookedAtMs, rooms);
    const cancel =
      dueAtMs === null ? undefined : clock.after(Math.max(0, dueAtMs - clock.nowMs()), () => this.#dueRoom.wake());
    await this.#dueRoom.wait(signal, wakes);
    cancel?.();
  }

  #describe(row: MessageRow): SpoolEntry {
    try {
      const entry = decodeEntry(row);
      return this.#claims.of(entry.id) !== undefined ? { ...entry, state: "processing" } : entry;
    } catch {
      return describeUnreadable(row);
    }
  }

  /** The row of a message that is not being delivered. @throws {DispatchError} */
  #idleRow(id: string): MessageRow {
    const row = this.#tables.byId(id);
    if (row === undefined) throw new DispatchError("queue_entry_unknown", { id });
    if (this.#claims.of(id) !== undefined) throw new DispatchError("queue_entry_busy", { id });
    return row;
  }

  #event(
    kind: MessageEvent["event"],
    entry: Parameters<typeof describeEvent>[1] & {
      recipients: readonly SpoolEntry["recipients"][number][] | NewSpoolMessage["recipients"];
    },
    timeMs = this.#options.clock.nowMs(),
  ): MessageEvent {
    return describeEvent(kind, entry, this.#options.createEventId(), timeMs, { recipients: entry.recipients });
  }

  async #removeLargeFile(row: MessageRow | undefined): Promise<void> {
    const name = row?.large_file;
    if (typeof name !== "string") return;
    try {
      await this.#options.largeFiles.remove(name);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.logger.warn("spool.file_left", `The file of a finished message could not be removed: ${reason}`, {
        name,
        reason,
      });
    }
  }

  #wakeAll(): void {
    this.#dueRoom.wake();
    this.#historyRoom.wake();
  }
}
