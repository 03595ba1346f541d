/** Refusals at the door on their way into the message log: counted all, written some, and never in the way of mail. */
import type { Clock, Logger } from "../capabilities.ts";
import type { DispatchError } from "../error/mod.ts";
import type { MessageOrigin } from "../mail/envelope.ts";
import { DenialTally } from "./denial_tally.ts";
import type { MessageEvent, MessageEventKind } from "./message_event.ts";
import type { MessageLog } from "./message_log.ts";
import { RefusalBounds } from "./refusal_bounds.ts";

/** Rows of a moment share a transaction. */
const gatherMs = 500;
/** Pause before counts that could not be written are tried again. */
const retryMs = 5000;

/** The doors at which a client can be refused. */
type Door = Exclude<MessageOrigin["source"], "cli">;

/** One refusal. */
export interface Denial {
  readonly error: DispatchError;
  readonly origin: MessageOrigin & { readonly source: Door };
  /** As the client gave it, bounded by the protocol; `""` where it had not been asked yet. */
  readonly sender: string;
}

/** What a {@link DenialLog} stands between. */
export interface DenialLogOptions {
  readonly log: Pick<MessageLog, "append">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly createEventId: () => string;
  /** See {@link MessageLog.append}; asked for each batch. */
  readonly unlogged: () => ReadonlySet<MessageEventKind>;
}

/**
 * Writes refusals into the message log, as `denied` rows without a message id.
 *
 * In one minute an address gets 5 rows and all addresses together 300; of the others their number is told. Rows that
 * can't be written are told, too, and let go: the message log is about mail, and no mail was lost. The counters count
 * each refusal, with a row or without, as soon as they can be written.
 */
export class DenialLog {
  readonly #options: DenialLogOptions;
  readonly #counts: Record<Door | "dashboard", number> = { smtp: 0, http: 0, dashboard: 0 };
  readonly #bounds: RefusalBounds;
  readonly #tally: DenialTally;
  #waiting: MessageEvent[] = [];
  #cancelFlush: (() => void) | null = null;
  #flushAtMs = 0;
  #writing: Promise<boolean> | null = null;

  constructor(options: DenialLogOptions) {
    this.#options = options;
    this.#tally = new DenialTally(options.createEventId);
    this.#bounds = new RefusalBounds((count) => {
      const message = `${count} more refusals of the last minute have no row in the message log.`;
      options.logger.info("history.denials_left_out", message, { count });
    });
  }

  /** Refusals since the start, by the protocol, and those of the dashboard. */
  get counts(): Readonly<Record<Door | "dashboard", number>> {
    return this.#counts;
  }

  /** Counts a refusal at the dashboard, which is no matter of mail and has no row. */
  countDashboard(): void {
    this.#counts.dashboard += 1;
  }

  /** Takes note of a refusal; it is written later. */
  add(denial: Denial): void {
    const { clock } = this.#options;
    const nowMs = clock.nowMs();
    this.#counts[denial.origin.source] += 1;
    this.#tally.add(nowMs);
    if (this.#bounds.admit(denial.origin.clientAddress, nowMs)) this.#waiting.push(this.#eventOf(denial, nowMs));
    this.#flushAfter(gatherMs);
  }

  /** Writes what waits, and ends. */
  async stop(): Promise<void> {
    this.#bounds.settle();
    await this.#writing;
    // Behind counts that were handed over before, others may have waited.
    if (await this.#flush()) await this.#flush();
    this.#cancelFlush?.();
    const count = this.#tally.size;
    if (count === 0) return;
    const message = `${count} refusals are missing in the reports, whose counters could not be written.`;
    this.#options.logger.error("history.denials_uncounted", message, { count });
  }

  #eventOf({ error, origin, sender }: Denial, timeMs: number): MessageEvent {
    return {
      eventId: this.#options.createEventId(),
      timeMs,
      id: null,
      event: "denied",
      attempt: 0,
      sender,
      recipients: [],
      subject: "",
      messageId: null,
      omitted: [],
      tags: [],
      attachments: [],
      sizeBytes: 0,
      relay: null,
      provider: null,
      rule: null,
      providerMessageId: null,
      response: null,
      error: `${error.message} ${error.remedy}`,
      durationMs: null,
      origin,
    };
  }

  /** Flushes after `delayMs`, or before where that is to happen anyway. */
  #flushAfter(delayMs: number): void {
    const { clock } = this.#options;
    const atMs = clock.nowMs() + delayMs;
    if (this.#cancelFlush !== null && this.#flushAtMs <= atMs) return;
    this.#cancelFlush?.();
    this.#flushAtMs = atMs;
    this.#cancelFlush = clock.after(delayMs, () => void this.#flush());
  }

  /** Writes what waits; while that is under way, what comes waits for its end. */
  #flush(): Promise<boolean> {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  /** Resolves to whether it could be written. */
  async #write(): Promise<boolean> {
    const { log, unlogged } = this.#options;
    const entries = this.#tally.take();
    const events = this.#waiting;
    this.#waiting = [];
    if (events.length + entries.length === 0) return true;
    try {
      await log.append(events, unlogged(), { source: "doors", entries });
      this.#tally.confirm();
      if (this.#tally.size > 0) this.#flushAfter(gatherMs);
      return true;
    } catch (error) {
      this.#tellLost(events.length, error);
      this.#flushAfter(retryMs);
      return false;
    }
  }

  #tellLost(count: number, error: unknown): void {
    if (count === 0) return;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `${count} refusals have no row in the message log, which can't be written: ${reason}`;
    this.#options.logger.warn("history.denials_lost", message, { count, error });
  }
}
