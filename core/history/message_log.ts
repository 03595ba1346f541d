/** The message log: one row an event, and the present state of each message derived from them. */
import type { CountedBatch } from "./event_counters.ts";
import type { MessageEvent, MessageEventKind } from "./message_event.ts";

/** Which rows a search returns: newest first. */
export interface MessageLogQuery {
  readonly fromTimeMs?: number;
  readonly toTimeMs?: number;
  readonly event?: MessageEventKind;
  readonly id?: string;
  /** Case-insensitive part of the sender, of a recipient, or (text) of subject, error or answer. */
  readonly sender?: string;
  readonly recipient?: string;
  readonly text?: string;
  readonly relay?: string;
  /** 1–1000. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly cursor?: string;
}

/** One page of rows. */
export interface MessageLogPage {
  readonly rows: readonly MessageEvent[];
  /** Where the next page starts; `null` on the last. */
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
}
