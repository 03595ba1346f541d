/** Answers about messages: the queue, the log, and what was handed in. */
import { z } from "zod";
import { count, list, named, text, textOrNull, time, timeOrNull } from "./shape.ts";

const recipient = { address: text, outcome: z.enum(["pending", "delivered", "captured", "failed"]) };

const entry = {
  id: text,
  state: z.enum(["queued", "processing", "retrying", "failed", "captured", "unreadable"]),
  from: text,
  attempts: count,
  nextAttemptAt: timeOrNull,
  lastError: textOrNull,
  sizeBytes: count,
  relay: textOrNull,
};

/** A message of the queue, as a list shows it. */
export const queueEntry = named("QueueEntry", { ...entry, recipients: list(z.object(recipient)) });

/** A message of the queue, with all that is known about it. */
export const queueEntryDetails = named("QueueEntryDetails", {
  ...entry,
  recipients: list(
    z.object({ ...recipient, kind: z.enum(["to", "cc", "bcc"]), relay: textOrNull, response: textOrNull }),
  ),
  acceptedAt: time,
  subject: text,
  messageId: textOrNull,
  tags: list(text),
  attachments: list(text),
  source: z.enum(["smtp", "http", "cli"]),
  clientAddress: textOrNull,
});

/** A message taken apart, for reading. */
export const readableMessage = named("ReadableMessage", {
  headers: list(z.object({ name: text, value: text })),
  text: textOrNull,
  html: textOrNull,
  attachments: list(
    z.object({ index: count, fileName: text, contentType: text, sizeBytes: count, contentId: textOrNull }),
  ),
  notes: list(text),
});

/** How many messages of a state were changed. */
export const bulkResult = named("BulkResult", { done: count, skipped: count });

/** A row of the message log. */
export const logRow = z.object({
  eventId: text,
  time,
  id: textOrNull,
  event: z.enum(["queued", "delivered", "captured", "retrying", "failed", "denied", "requeued", "deleted"]),
  attempt: count,
  sender: text,
  to: list(text),
  cc: list(text),
  bcc: list(text),
  subject: text,
  messageId: textOrNull,
  sizeBytes: count,
  relay: textOrNull,
  rule: textOrNull,
  provider: textOrNull,
  providerMessageId: textOrNull,
  response: textOrNull,
  error: textOrNull,
  durationMs: z.number().nullable(),
  source: z.enum(["smtp", "http", "cli"]),
  clientAddress: textOrNull,
  apiKeyId: textOrNull,
  apiKeyName: textOrNull,
  smtpUser: textOrNull,
  tlsVersion: textOrNull,
  tlsCipher: textOrNull,
  omitted: list(text),
  tags: list(text),
  attachments: list(text),
});

/** A page of the message log; `next` is the cursor of the one after it. */
export const logPage = named("MessageLogPage", { rows: list(logRow), next: textOrNull });

/** A message that was handed in. */
export const sentMessage = named("SentMessage", { id: text });
