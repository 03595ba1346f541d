/** The message log: one row an event, and the present state of each message derived from them. */
import type { MessageOrigin } from "../mail/envelope.ts";
import type { CountedBatch } from "./event_counters.ts";
import type { MessageEvent, MessageEventKind } from "./message_event.ts";

/**
 * Which rows a search returns: newest first, those that meet all that is given.
 *
 * Words are runs of letters and digits, without regard to case and accents. Of several, each must occur; what stands in
 * quotes, and the words of something like `app@example.org`, must stand side by side. `*` at the end stands for any rest
 * of the last word; in sender and recipient it need not be written, but for quotes.
 */
export interface MessageLogQuery {
  readonly fromTimeMs?: number;
  readonly toTimeMs?: number;
  readonly event?: MessageEventKind;
  /** The present status of the row's message; `denied` finds refusals, which have no message. */
  readonly status?: MessageStatus;
  /** Message id. */
  readonly id?: string;
  /** `Message-ID` without angle brackets. */
  readonly messageId?: string;
  /** Words of the sender, of the recipients, of the subject, or of subject, error and answer. */
  readonly sender?: string;
  readonly recipient?: string;
  readonly subject?: string;
  readonly text?: string;
  /** Of the sender or a recipient, as A-labels: this domain, or one below it. */
  readonly domain?: string;
  readonly tag?: string;
  readonly relay?: string;
  readonly rule?: string;
  readonly source?: MessageOrigin["source"];
  readonly clientAddress?: string;
  /** Any of these keys. */
  readonly apiKeyIds?: readonly string[];
  readonly smtpUser?: string;
  /** 1–1000. */
  readonly limit: number;
  /** `next` of the page before; it stays good whatever rows are added or purged meanwhile. */
  readonly cursor?: string;
}

/** One page of rows. */
export interface MessageLogPage {
  /** As many as were asked for, but on the last page, and where that many are not found within a moment. */
  readonly rows: readonly MessageEvent[];
  /** Where the next page starts, also after one that was cut short; `null` on the last. */
  readonly next: string | null;
}

/** The status of a message that its sender sees. */
export type MessageStatus = "queued" | "delivered" | "retrying" | "failed" | "denied" | "deleted";

/** The present state of one message, as the log knows it. */
export interface MessageState {
  readonly id: string;
  readonly status: MessageStatus;
  readonly apiKeyId: string | null;
  readonly sender: string;
  readonly subject: string;
  readonly acceptedAtMs: number;
  readonly updatedAtMs: number;
  readonly attempts: number;
  readonly relay: string | null;
  readonly provider: string | null;
  readonly providerMessageId: string | null;
  readonly lastError: string | null;
}

/** Which messages a listing returns: newest first. */
export interface MessageStateQuery {
  /** Only messages submitted with this key. */
  readonly apiKeyId?: string;
  readonly status?: MessageStatus;
  /** 1–300. */
  readonly limit: number;
  readonly cursor?: string;
}

/** Which rows a purge takes. */
export interface MessageLogPurge {
  /** Only rows from before this time. */
  readonly beforeMs: number;
  readonly events: readonly MessageEventKind[];
  /** How many rows at most, from 1. */
  readonly limit: number;
}

/** The message log. */
export interface MessageLog {
  /**
   * Stores rows, each once: a row whose `eventId` is there already is passed over. All or nothing.
   *
   * Events of the kinds in `unlogged` (none by default) change the state of their message and leave no row. What is
   * `counted` is counted in the same transaction, also where it leaves no row.
   */
  append(
    events: readonly MessageEvent[],
    unlogged?: ReadonlySet<MessageEventKind>,
    counted?: CountedBatch,
  ): Promise<void>;
  search(query: MessageLogQuery): Promise<MessageLogPage>;
  find(id: string): Promise<MessageState | null>;
  states(query: MessageStateQuery): Promise<{ readonly rows: readonly MessageState[]; readonly next: string | null }>;
  /**
   * Deletes rows, and the states of messages that no row is left of and that are not on their way; returns how many rows,
   * 0 when there is no such row left.
   */
  purge(what: MessageLogPurge): Promise<number>;
  /** Makes up to `limit` rows that an older version wrote known to searches by words and values; `false` when all are. */
  indexEarlier(limit: number): Promise<boolean>;
}
