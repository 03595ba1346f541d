/** What operators see of a spooled message. */
import type { RecipientKind } from "../mail/envelope.ts";
import type { RecipientState, SpoolEntry, SpoolState } from "../spool/entry.ts";

/** One message of the queue, as a list shows it. */
export interface QueueEntryView {
  readonly id: string;
  readonly state: SpoolState;
  /** Reverse-path; `""` is the null sender. */
  readonly from: string;
  readonly recipients: readonly { readonly address: string; readonly outcome: RecipientState }[];
  /** Delivery attempts made so far. */
  readonly attempts: number;
  /** ISO 8601, UTC; `null` when no attempt is due. */
  readonly nextAttemptAt: string | null;
  readonly lastError: string | null;
  readonly sizeBytes: number;
  /** The relays that were tried, by name, with commas between; `null` before the first attempt. */
  readonly relay: string | null;
}

/** One message of the queue, with all that is known about it but its content. */
export interface QueueEntryDetails extends QueueEntryView {
  readonly recipients: readonly {
    readonly address: string;
    readonly outcome: RecipientState;
    readonly kind: RecipientKind;
    readonly relay: string | null;
    /** The last answer about this recipient, one line. */
    readonly response: string | null;
  }[];
  /** ISO 8601, UTC. */
  readonly acceptedAt: string;
  readonly subject: string;
  readonly messageId: string | null;
  readonly tags: readonly string[];
  readonly attachments: readonly string[];
  readonly source: "smtp" | "http" | "cli";
  readonly clientAddress: string | null;
}

/** The view of `entry` that a list shows. */
export function viewQueueEntry(entry: SpoolEntry): QueueEntryView {
  return {
    id: entry.id,
    state: entry.state,
    from: entry.sender,
    recipients: entry.recipients.map(({ address, state }) => ({ address, outcome: state })),
    attempts: entry.attempts,
    nextAttemptAt: isWaiting(entry.state) ? new Date(entry.dueAtMs).toISOString() : null,
    lastError: entry.lastError,
    sizeBytes: entry.sizeBytes,
    relay: namesOfRelays(entry),
  };
}

/** The whole view of `entry`. */
export function viewQueueDetails(entry: SpoolEntry): QueueEntryDetails {
  return {
    ...viewQueueEntry(entry),
    recipients: entry.recipients.map(({ address, state, kind, relay, response }) => ({
      address,
      outcome: state,
      kind,
      relay: relay ?? null,
      response: response ?? null,
    })),
    acceptedAt: new Date(entry.acceptedAtMs).toISOString(),
    subject: entry.subject,
    messageId: entry.messageId,
    tags: entry.tags,
    attachments: entry.attachments,
    source: entry.origin.source,
    clientAddress: entry.origin.clientAddress,
  };
}

function isWaiting(state: SpoolState): boolean {
  return state === "queued" || state === "retrying";
}

function namesOfRelays(entry: SpoolEntry): string | null {
  const names = new Set(entry.recipients.flatMap(({ relay }) => (relay === undefined ? [] : [relay])));
  return names.size === 0 ? null : [...names].join(", ");
}
