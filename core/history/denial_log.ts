/** Refusals at the door on their way into the message log: counted all, written some, and never in the way of mail. */
import type { Clock, Logger } from "../capabilities.ts";
import type { DispatchError } from "../error/mod.ts";
import type { MessageOrigin } from "../mail/envelope.ts";
import type { MessageEvent, MessageEventKind } from "./message_event.ts";
import type { MessageLog } from "./message_log.ts";
import { RefusalBounds } from "./refusal_bounds.ts";

/** Rows of a moment share a transaction. */
const gatherMs = 500;

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
 * In one minute an address gets 5 rows and all addresses together 300; the others are counted, and their number is told.
 * Rows that can't be written are told, too, and let go: the message log is about mail, and no mail was lost.
 */
export class DenialLog {
  readonly #options: DenialLogOptions;
  readonly #counts: Record<Door | "dashboard", number> = { smtp: 0, http: 0, dashboard: 0 };
  readonly #bounds: RefusalBounds;
  #waiting: MessageEvent[] = [];
  #cancelFlush: (() => void) | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: DenialLogOptions) {
    this.#options = options;
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
    if (!this.#bounds.admit(denial.origin.clientAddress, nowMs)) return;
    this.#waiting.push(this.#eventOf(denial, nowMs));
    this.#cancelFlush ??= clock.after(gatherMs, () => this.#flush());
  }

  /** Writes what waits, and ends. */
  async stop(): Promise<void> {
    this.#flush();
    this.#bounds.settle();
    await this.#writing;
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

  #flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    const events = this.#waiting;
    if (events.length === 0) return;
    this.#waiting = [];
    this.#writing = this.#writing.then(() => this.#write(events));
  }

  async #write(events: readonly MessageEvent[]): Promise<void> {
    const { log, logger, unlogged } = this.#options;
    try {
      await log.append(events, unlogged());
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `${events.length} refusals have no row in the message log, which can't be written: ${reason}`;
      logger.warn("history.denials_lost", message, { count: events.length, error });
    }
  }
}
