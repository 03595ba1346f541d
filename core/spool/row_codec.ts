/** Rows of the spool's tables, to and from the values that the rest of the product uses. */
import type { SqlValue } from "../capabilities.ts";
import type { EnvelopeRecipient } from "../mail/envelope.ts";
import type { NewSpoolMessage, SpoolContent, SpoolEntry, SpoolRecipient, SpoolState } from "./entry.ts";

/** A row of `message`, as SQLite returns it. */
export type MessageRow = Record<string, SqlValue>;

/** Values of a new `message` row, in the order of {@link messageColumns}. */
export function encodeMessage(message: NewSpoolMessage): SqlValue[] {
  return [
    message.id,
    message.acceptedAtMs,
    message.acceptedAtMs,
    message.sizeBytes,
    message.sender,
    encodeRecipients(message.recipients.map(asPending)),
    JSON.stringify(message.dsn === undefined ? message.origin : { ...message.origin, dsn: message.dsn }),
    message.subject,
    message.messageId,
    encodeList(message.tags),
    encodeList(message.attachments),
    message.content.kind === "large" ? message.content.name : null,
  ];
}

/** Columns that {@link encodeMessage} fills. */
export const messageColumns =
  "id, due_at, accepted_at, size, sender, recipients, origin, subject, message_id, tags, attachments, large_file";

/** Most messages have neither tags nor known attachments. */
function encodeList(list: readonly string[]): string {
  return list.length === 0 ? "[]" : JSON.stringify(list);
}

/** JSON of the recipients with their outcomes. */
export function encodeRecipients(recipients: readonly SpoolRecipient[]): string {
  return JSON.stringify(recipients);
}

/** The entry that a row stands for. @throws {SyntaxError} when the row does not hold one */
export function decodeEntry(row: MessageRow): SpoolEntry {
  return {
    id: String(row.id),
    state: row.state as SpoolState,
    sender: String(row.sender),
    recipients: decodeRecipients(row.recipients),
    ...decodeOrigin(row.origin),
    sizeBytes: Number(row.size),
    acceptedAtMs: Number(row.accepted_at),
    dueAtMs: Number(row.due_at),
    attempts: Number(row.attempts),
    lastError: row.last_error as string | null,
    subject: String(row.subject),
    messageId: row.message_id as string | null,
    tags: decodeList<string>(row.tags),
    attachments: decodeList<string>(row.attachments),
  };
}

/** What can be told about a row that {@link decodeEntry} can't read. */
export function describeUnreadable(row: MessageRow): SpoolEntry {
  const origin: SpoolEntry["origin"] = {
    source: "cli",
    clientAddress: null,
    tls: null,
    apiKeyId: null,
    smtpUser: null,
  };
  return {
    id: String(row.id),
    state: "unreadable",
    sender: String(row.sender),
    recipients: [],
    origin,
    sizeBytes: Number(row.size) || 0,
    acceptedAtMs: Number(row.accepted_at) || 0,
    dueAtMs: Number(row.due_at) || 0,
    attempts: Number(row.attempts) || 0,
    lastError: row.last_error as string | null,
    subject: String(row.subject),
    messageId: null,
    tags: [],
    attachments: [],
  };
}

/** The content that a `content` row or a large file holds; `null` when there is neither. */
export function decodeContent(largeFile: SqlValue, bytes: SqlValue | undefined): SpoolContent | null {
  if (typeof largeFile === "string") return { kind: "large", name: largeFile };
  return bytes instanceof Uint8Array ? { kind: "inline", bytes } : null;
}

/**
 * Recipients of a message in `state` that is to be tried again: who is neither delivered nor captured is as at first; of a
 * captured message, who was captured too.
 */
export function renewRecipients(recipients: readonly SpoolRecipient[], state: SpoolState): SpoolRecipient[] {
  const kept = state === "captured" ? ["delivered"] : ["delivered", "captured"];
  return recipients.map((recipient) => (kept.includes(recipient.state) ? recipient : asNew(recipient)));
}

function asNew(recipient: SpoolRecipient): SpoolRecipient {
  const { relay, response } = recipient;
  return {
    ...asPending(recipient),
    ...(relay === undefined ? {} : { relay }),
    ...(response === undefined ? {} : { response }),
  };
}

function asPending(recipient: EnvelopeRecipient): SpoolRecipient {
  const { address, kind, dsn } = recipient;
  return { address, kind, state: "pending", ...(dsn === undefined ? {} : { dsn }) };
}

/** What was asked for with the message stands beside its origin: few messages have it. */
function decodeOrigin(json: SqlValue | undefined): Pick<SpoolEntry, "origin" | "dsn"> {
  const { dsn, ...origin } = decodeObject(json) as unknown as SpoolEntry["origin"] & Pick<SpoolEntry, "dsn">;
  return { origin, ...(dsn === undefined ? {} : { dsn }) };
}

function decodeRecipients(json: SqlValue | undefined): SpoolRecipient[] {
  const recipients = decodeList<Partial<SpoolRecipient> | null>(json);
  // What is delivered to is checked: a courier that trips over one message would deliver none of the others.
  const isWhole = recipients.every((one) => typeof one?.address === "string" && typeof one.state === "string");
  if (!isWhole) throw new SyntaxError("Cannot read the column as recipients");
  return recipients as SpoolRecipient[];
}

function decodeList<T>(json: SqlValue | undefined): T[] {
  const value: unknown = JSON.parse(String(json));
  if (!Array.isArray(value)) throw new SyntaxError("Cannot read the column as a list");
  return value as T[];
}

function decodeObject(json: SqlValue | undefined): Record<string, unknown> {
  const value: unknown = JSON.parse(String(json));
  if (typeof value !== "object" || value === null) throw new SyntaxError("Cannot read the column as an object");
  return value as Record<string, unknown>;
}
