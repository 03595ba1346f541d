/** The audit log as it is written and read: events are taken at once, stored soon, and never in the way of anything. */
import { serviceActor } from "../access/actor.ts";
import type { Clock, Logger } from "../capabilities.ts";
import { singleLine } from "../relay/single_line.ts";
import { WaitingRoom } from "../spool/waiting_room.ts";
import type { AuditEntry, AuditEvent } from "./audit_event.ts";
import { type AuditEventName, auditEventOf } from "./audit_events.ts";
import type { AuditLog, AuditPage, AuditQuery } from "./audit_log.ts";
import { Persistence } from "./persistence.ts";
import { RefusalBounds, refusalSpanMs } from "./refusal_bounds.ts";

const batchRows = 100;
/** What waits for the database is bounded by its JSON. */
const maxWaitingCharacters = 16 * 1024 * 1024;
/** Longest time that a search, and the end, wait for what is not stored yet. */
const patienceMs = 2000;
/** API keys and admin tokens. */
const bearerSecrets = /(dsp_[a-z]+_)[\w-]+/g;

/** What an {@link AuditTrail} stands between. */
export interface AuditTrailOptions {
  readonly log: AuditLog;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly createEventId: () => string;
}

interface WaitingRow {
  readonly row: AuditEvent;
  readonly characters: number;
}

/**
 * Takes the events of the audit log, and stores them in the order in which they came.
 *
 * A row that can't be stored waits in memory until it can; what does not fit into 16 MiB of waiting rows is counted. Of
 * events that anybody can cause, one address gets 5 rows a minute for each kind and all together 300. How many were
 * lost, or left out, becomes a row of its own.
 */
export class AuditTrail {
  readonly #options: AuditTrailOptions;
  readonly #persistence: Persistence;
  readonly #bounds = new Map<AuditEventName, RefusalBounds>();
  #waiting: WaitingRow[] = [];
  #waitingCharacters = 0;
  #lost = 0;
  /** Rows that were taken, and that were stored, since the start. */
  #taken = 0;
  #stored = 0;
  readonly #progress = new WaitingRoom();
  #isWriting = false;
  #cancelSettling: (() => void) | null = null;

  constructor(options: AuditTrailOptions) {
    const { clock, logger } = options;
    this.#options = options;
    this.#persistence = new Persistence({
      clock,
      onSuspend(reason, error) {
        const message = `The audit log can't be written; what happens is kept in memory until it can. ${reason}`;
        logger.warn("audit.suspended", message, { error });
      },
      onResume: () => logger.info("audit.resumed", "The audit log is written again."),
    });
  }

  /** Takes an event; it is stored later. */
  record(entry: AuditEntry): void {
    const { isBounded = false } = auditEventOf(entry.event);
    if (isBounded && !this.#boundsOf(entry.event).admit(entry.actor.address, this.#options.clock.nowMs())) {
      this.#settleLater();
      return;
    }
    this.#take(entry);
  }

  /** Rows, newest first; those taken before the call are among them, unless the database is away. */
  async search(query: AuditQuery): Promise<AuditPage> {
    await this.#caughtUp();
    return this.#options.log.search(query);
  }

  /** Stores what waits, for two seconds at most, and ends. */
  async stop(): Promise<void> {
    this.#settle();
    await this.#caughtUp();
    this.#persistence.stop();
    const count = this.#waiting.length + this.#lost;
    if (count === 0) return;
    const message = `${count} events have no row in the audit log, which could not be written.`;
    this.#options.logger.error("audit.lost", message, { count, events: this.#waiting.map(({ row }) => row.event) });
  }

  #boundsOf(event: AuditEventName): RefusalBounds {
    const known = this.#bounds.get(event);
    if (known !== undefined) return known;
    const bounds = new RefusalBounds((count) =>
      this.#take({ event: "audit.left_out", actor: serviceActor, subject: event, after: { count } }),
    );
    this.#bounds.set(event, bounds);
    return bounds;
  }

  /** What was left out is told within a minute, also when nothing more happens. */
  #settleLater(): void {
    this.#cancelSettling ??= this.#options.clock.after(refusalSpanMs, () => this.#settle());
  }

  #settle(): void {
    this.#cancelSettling?.();
    this.#cancelSettling = null;
    for (const bounds of this.#bounds.values()) bounds.settle();
  }

  #take(entry: AuditEntry): void {
    const row = this.#rowOf(entry);
    const characters = JSON.stringify(row).length;
    if (this.#waitingCharacters + characters > maxWaitingCharacters) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push({ row, characters });
    this.#waitingCharacters += characters;
    this.#taken += 1;
    if (!this.#isWriting) void this.#write();
  }

  #rowOf({ event, actor, outcome, subject, before, after, reason }: AuditEntry): AuditEvent {
    const { kind, name, address } = actor;
    return {
      eventId: this.#options.createEventId(),
      timeMs: this.#options.clock.nowMs(),
      event,
      category: auditEventOf(event).category,
      outcome: outcome ?? "done",
      actor: { kind, name: bounded(name), address },
      subject: bounded(subject),
      before: before ?? null,
      after: after ?? null,
      reason: bounded(reason),
    };
  }

  /** What comes while some rows are being stored shares the next transaction. */
  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, batchRows);
      const rows = batch.map(({ row }) => row);
      if ((await this.#persistence.persist(() => this.#options.log.append(rows))) === null) return;
      this.#forget(batch);
    }
    this.#isWriting = false;
  }

  #forget(batch: readonly WaitingRow[]): void {
    this.#waiting = this.#waiting.slice(batch.length);
    for (const { characters } of batch) this.#waitingCharacters -= characters;
    this.#stored += batch.length;
    this.#progress.wake();
    if (this.#lost === 0) return;
    const count = this.#lost;
    this.#lost = 0;
    this.#take({ event: "audit.lost", actor: serviceActor, after: { count } });
  }

  async #caughtUp(): Promise<void> {
    const enough = this.#taken;
    if (this.#stored >= enough) return;
    const tooLate = new AbortController();
    const cancel = this.#options.clock.after(patienceMs, () => tooLate.abort());
    this.#persistence.endPause();
    while (this.#stored < enough && !tooLate.signal.aborted) await this.#progress.wait(tooLate.signal);
    cancel();
  }
}

/** Foreign text, such as the name that somebody tried to sign in with, in one short line; without a key given by mistake. */
function bounded(text: string | null | undefined): string | null {
  return text == null ? null : singleLine(text).replaceAll(bearerSecrets, "$1…");
}
