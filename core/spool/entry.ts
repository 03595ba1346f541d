/** A message in the spool: what is stored about it, and the states it goes through. */
import type { MessageDsn } from "../mail/dsn_request.ts";
import type { EnvelopeRecipient, MessageOrigin, MessageSummary } from "../mail/envelope.ts";

/**
 * State of a spooled message.
 *
 * `queued → processing → (gone) | captured | retrying | failed`. `processing` is held in memory only, so that whatever
 * was being delivered when the service died is queued again by that alone. A delivered message leaves the spool;
 * `captured` is what the local inbox keeps; `unreadable` was set aside because its row or file can't be read.
 */
export type SpoolState = "queued" | "processing" | "retrying" | "failed" | "captured" | "unreadable";

/** What became of one recipient so far; `captured` is what the local inbox took. */
export type RecipientState = "pending" | "delivered" | "captured" | "failed";

/** A recipient of a spooled message, with its outcome. */
export interface SpoolRecipient extends EnvelopeRecipient {
  readonly state: RecipientState;
  /** Name of the relay that took or refused it, once there was an attempt. */
  readonly relay?: string;
  /** The last answer about this recipient, one line. */
  readonly response?: string;
  /** Attempts made over the relay that it is on. Default: those of the message. */
  readonly attempts?: number;
  /** When its next attempt is due. Default: when the message is. */
  readonly dueAtMs?: number;
  /** Since when all attempts over the relay that it is on have failed temporarily. */
  readonly failingSinceMs?: number;
  /** Name of the fallback relay that has taken it over, for good. */
  readonly fallback?: string;
}

/** A message as the spool knows it, without its content. */
export interface SpoolEntry extends MessageSummary {
  /** `spl_` + 32 hex digits of a UUIDv7. */
  readonly id: string;
  readonly state: SpoolState;
  /** Reverse-path; `""` is the null sender. */
  readonly sender: string;
  readonly recipients: readonly SpoolRecipient[];
  /** What the sender wants to be told about the message. Default: nothing in particular. */
  readonly dsn?: MessageDsn;
  readonly origin: MessageOrigin;
  /** Size of the stored message in bytes. */
  readonly sizeBytes: number;
  readonly acceptedAtMs: number;
  /** When the next attempt is due: the earliest of its recipients'. */
  readonly dueAtMs: number;
  /** Delivery attempts made so far: the most that one of its recipients has had. */
  readonly attempts: number;
  readonly lastError: string | null;
}

/** The content of a message: in memory when small, else a file of `LargeFiles`. */
export type SpoolContent =
  | { readonly kind: "inline"; readonly bytes: Uint8Array }
  | { readonly kind: "large"; readonly name: string };

/** A message that is to be stored. */
export interface NewSpoolMessage
  extends Pick<SpoolEntry, "id" | "sender" | "origin" | "sizeBytes" | "acceptedAtMs" | keyof MessageSummary> {
  readonly recipients: readonly EnvelopeRecipient[];
  readonly dsn?: MessageDsn;
  readonly content: SpoolContent;
  /** Makes a repeated request answer with the first message's id. */
  readonly idempotency?: IdempotencyClaim;
}

/** The right of one request to create a message: one message for each scope and key, for 24 hours. */
export interface IdempotencyClaim {
  /** Id of the API key. */
  readonly scope: string;
  /** The `Idempotency-Key` header, 1–256 characters. */
  readonly key: string;
  /** SHA-256 of the request body, lower-case hex. */
  readonly bodyDigest: string;
}

/** A message handed out for delivery. */
export interface ClaimedMessage {
  readonly entry: SpoolEntry;
  readonly content: SpoolContent;
  /** Where it waited; `""` at first. */
  readonly lane: string;
}
