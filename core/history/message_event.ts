/** One row of the message log: one event in the life of a message. */
import type { EnvelopeRecipient, MessageOrigin, MessageSummary } from "../mail/envelope.ts";

/** All that can happen. `captured` is a delivery into the local inbox; `denied` was refused at the door. */
export const messageEvents = [
  "queued",
  "delivered",
  "captured",
  "retrying",
  "failed",
  "denied",
  "requeued",
  "deleted",
] as const;

/** What happened. */
export type MessageEventKind = (typeof messageEvents)[number];

/** An event in the life of a message. Bodies are never part of it. */
export interface MessageEvent extends MessageSummary {
  /** `evt_` + 32 hex digits of a UUIDv7; a row is stored once, however often it is handed over. */
  readonly eventId: string;
  readonly timeMs: number;
  /** Message id; `null` for what was refused before it had one. */
  readonly id: string | null;
  readonly event: MessageEventKind;
  /** Number of the attempt, from 1; 0 before the first. */
  readonly attempt: number;
  readonly sender: string;
  /** The recipients this event is about. */
  readonly recipients: readonly EnvelopeRecipient[];
  readonly sizeBytes: number;
  /** Name of the relay, its provider, the rule that chose it (`null`: the default). */
  readonly relay: string | null;
  readonly provider: string | null;
  readonly rule: string | null;
  /** The provider's own id for the message, and its answer in one line. */
  readonly providerMessageId: string | null;
  readonly response: string | null;
  readonly error: string | null;
  /** What of the message the provider's API could not express. */
  readonly omitted: readonly string[];
  /** How long the attempt took. */
  readonly durationMs: number | null;
  readonly origin: MessageOrigin;
}
