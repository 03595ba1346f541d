/** Between an event and its row in the message log. */
import type { MessageEvent } from "../core/history/message_event.ts";
import type { EnvelopeRecipient, RecipientKind } from "../core/mail/envelope.ts";
import type { messageEventTable } from "./table/message_event.ts";

/** A row as it is read. */
export type MessageEventRow = typeof messageEventTable.$inferSelect;

/** A row that is to be written; the database numbers it, and knows the status of its message. */
export type NewMessageEventRow = Omit<MessageEventRow, "seq" | "status">;

/** The row that stores `event`. */
export function rowOf({ recipients, origin, ...event }: MessageEvent): NewMessageEventRow {
  const { tls, ...client } = origin;
  return {
    ...event,
    ...client,
    to: addressesOf(recipients, "to"),
    cc: addressesOf(recipients, "cc"),
    bcc: addressesOf(recipients, "bcc"),
    tlsVersion: tls?.version ?? null,
    tlsCipher: tls?.cipher ?? null,
  };
}

/** The event that `row` stores; its recipients come back in the order to, cc, bcc. */
export function eventOf(row: MessageEventRow): MessageEvent {
  const {
    seq: _,
    status: __,
    to,
    cc,
    bcc,
    source,
    clientAddress,
    tlsVersion,
    tlsCipher,
    apiKeyId,
    smtpUser,
    ...event
  } = row;
  const tls = tlsVersion === null || tlsCipher === null ? null : { version: tlsVersion, cipher: tlsCipher };
  return {
    ...event,
    recipients: [...recipientsOf(to, "to"), ...recipientsOf(cc, "cc"), ...recipientsOf(bcc, "bcc")],
    origin: { source, clientAddress, tls, apiKeyId, smtpUser },
  };
}

function addressesOf(recipients: readonly EnvelopeRecipient[], kind: RecipientKind): string[] {
  return recipients.filter((recipient) => recipient.kind === kind).map(({ address }) => address);
}

function recipientsOf(addresses: readonly string[], kind: RecipientKind): EnvelopeRecipient[] {
  return addresses.map((address) => ({ address, kind }));
}
