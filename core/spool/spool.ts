/** The contract of the durable queue, as everyone but its own thread sees it. */
import type { MessageEvent, MessageEventKind } from "../history/message_event.ts";
import type { ClaimedMessage, NewSpoolMessage, SpoolContent, SpoolEntry, SpoolRecipient, SpoolState } from "./entry.ts";

/** What `append` found. */
export type AppendResult =
  | { readonly kind: "stored" }
  /** The idempotency claim was taken before, by a request with the same body. */
  | { readonly kind: "replayed"; readonly id: string }
  /** The idempotency claim was taken before, by a request with another body. */
  | { readonly kind: "conflict" };

/** What becomes of a message after an attempt. */
export interface Settlement {
  readonly id: string;
  /**
   * `done` removes the message; `captured` keeps it in the local inbox; `queued` is for what was not attempted at all;
   * `processing` stores how far it is, and the claim goes on.
   */
  readonly next: "done" | "captured" | "queued" | "retrying" | "failed" | "processing";
  /** All of the message's, in its order. */
  readonly recipients: readonly SpoolRecipient[];
  readonly attempts: number;
  /** When the next attempt is due; for `queued` and `retrying` only. */
  readonly dueAtMs?: number;
  /** Where it waits. Default: `""`. */
  readonly lane?: string;
  readonly lastError: string | null;
  /** Rows for the message log, stored in the same transaction. */
  readonly events: readonly MessageEvent[];
}

/**
 * How many messages a claim may take from a lane at the most: none from a busy one. A lane that is not named has no bound
 * of its own.
 */
export type LaneRooms = ReadonlyMap<string, number>;

/** Numbers for `/health` and `/metrics`; read from counters, not by counting rows. */
export interface SpoolCounts {
  readonly queued: number;
  readonly processing: number;
  readonly retrying: number;
  readonly failed: number;
  readonly captured: number;
  readonly unreadable: number;
  /** Rows that the message log has not taken over yet. */
  readonly historyBacklog: number;
}

/** Which entries `list` returns: newest first. */
export interface SpoolFilter {
  readonly state?: SpoolState;
  /** Id of a message: only what was accepted before it. */
  readonly before?: string;
  /** 1–1000. */
  readonly limit: number;
}

/** Which messages a purge takes. */
export interface SpoolPurge {
  readonly state: "failed" | "captured";
  /** Only messages that were due last before this time. */
  readonly beforeMs: number;
  /** `next` of the step before; 0 begins with the oldest. */
  readonly after: number;
  /** How many messages are looked at, from 1. */
  readonly limit: number;
  /** Why, for the message log: one sentence. */
  readonly reason: string;
}

/** What a step of a purge has done. */
export interface SpoolPurged {
  readonly removed: number;
  /** Where the next step begins; `null` when all messages were looked at. */
  readonly next: number | null;
}

/** Rows for the message log, in the order in which they happened. */
export interface HistoryBatch {
  /** Number of the last row; `forgetHistory` takes it. */
  readonly through: number;
  /** Each the JSON of a {@link MessageEvent}: the spool hands on the text that it keeps. */
  readonly rows: readonly string[];
  /** Rows that wait in the spool, those of this batch included. */
  readonly backlog: number;
}

/**
 * The durable queue.
 *
 * A call that changes something resolves after the commit that holds the change; one sync is shared by all calls that
 * arrive while the last one is under way.
 *
 * Messages wait in lanes: all in `""` at first, until whoever delivers them moves them to another, so that what waits for
 * one relay is not in the way of the rest. What a lane's name means is not the spool's business.
 */
export interface Spool {
  /** Stores a message and its `queued` event. @throws {DispatchError} `spool_unavailable`; then nothing was stored. */
  append(message: NewSpoolMessage): Promise<AppendResult>;
  /**
   * Takes up to `max` messages that are due, the longest waiting first, from lanes with room; waits until there is at
   * least one. Empty only after `signal` aborts.
   *
   * @param rooms default: every lane has room
   */
  claim(max: number, signal: AbortSignal, rooms?: LaneRooms): Promise<ClaimedMessage[]>;
  /** Ends the claim of a message, unless it is still `processing`. */
  settle(settlement: Settlement): Promise<void>;
  /** Ends the claim of messages that were not attempted: they wait in `lane`, due as before. */
  park(ids: readonly string[], lane: string): Promise<void>;
  counts(): Promise<SpoolCounts>;
  /** What has happened to messages since the spool was opened, by kind; what never happened is absent. */
  eventCounts(): Promise<Readonly<Partial<Record<MessageEventKind, number>>>>;
  list(filter: SpoolFilter): Promise<SpoolEntry[]>;
  find(id: string): Promise<SpoolEntry | null>;
  content(id: string): Promise<SpoolContent | null>;
  /**
   * Makes a `retrying`, `failed`, `captured` or repaired message due now, its attempts counted anew.
   *
   * @throws {DispatchError} `queue_entry_unknown`, `queue_entry_busy`, `queue_entry_unreadable`
   */
  retry(id: string): Promise<void>;
  /** Removes a message. @throws `queue_entry_unknown`, `queue_entry_busy` */
  delete(id: string): Promise<void>;
  /** Removes old messages, a step at a time; each leaves a `deleted` event that says why. */
  purge(what: SpoolPurge): Promise<SpoolPurged>;
  /** Rows that the message log has not confirmed; waits until there is at least one. Empty only after `signal` aborts. */
  takeHistory(max: number, signal: AbortSignal): Promise<HistoryBatch>;
  /** Confirms that all rows up to `through` are in the message log. */
  forgetHistory(through: number): Promise<void>;
  /** Finishes what is under way and closes the file. */
  close(): Promise<void>;
}
