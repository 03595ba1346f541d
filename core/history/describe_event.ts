/** Makes rows of the message log from what the spool knows about a message. */
import type { EnvelopeRecipient } from "../mail/envelope.ts";
import type { SpoolEntry } from "../spool/entry.ts";
import type { MessageEvent, MessageEventKind } from "./message_event.ts";

/** What an event tells beyond the message itself. All but `recipients` default to `null`, `attempt` to the entry's, `omitted` to none. */
export interface EventDetails
  extends Partial<
    Pick<
      MessageEvent,
      "attempt" | "relay" | "provider" | "rule" | "providerMessageId" | "response" | "error" | "omitted" | "durationMs"
    >
  > {
  readonly recipients: readonly EnvelopeRecipient[];
}

/** The part of a spool entry that a log row repeats. */
export type LoggedEntry = Pick<
  SpoolEntry,
  "id" | "sender" | "sizeBytes" | "origin" | "attempts" | "subject" | "messageId" | "tags" | "attachments"
>;

/** The log row for `event` happening to `entry` at `timeMs`. */
export function describeEvent(
  event: MessageEventKind,
  entry: LoggedEntry,
  eventId: string,
  timeMs: number,
  details: EventDetails,
): MessageEvent {
  return {
    eventId,
    timeMs,
    id: entry.id,
    event,
    attempt: details.attempt ?? entry.attempts,
    sender: entry.sender,
    recipients: details.recipients.map(({ address, kind }) => ({ address, kind })),
    sizeBytes: entry.sizeBytes,
    relay: details.relay ?? null,
    provider: details.provider ?? null,
    rule: details.rule ?? null,
    providerMessageId: details.providerMessageId ?? null,
    response: details.response ?? null,
    error: details.error ?? null,
    omitted: details.omitted ?? [],
    durationMs: details.durationMs ?? null,
    origin: entry.origin,
    subject: entry.subject,
    messageId: entry.messageId,
    tags: entry.tags,
    attachments: entry.attachments,
  };
}
