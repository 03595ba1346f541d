/** The message log: one row an event. `drizzle/migration/0005_log_search.ts` has the index by words and values. */
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { MessageEventKind } from "../../core/history/message_event.ts";
import type { MessageStatus } from "../../core/history/message_log.ts";
import type { MessageOrigin } from "../../core/mail/envelope.ts";

/** A list of texts as a JSON array. */
const list = (name: string) => text(name, { mode: "json" }).$type<readonly string[]>().notNull();

export const messageEventTable = sqliteTable("message_event", {
  /** Number of the row, in the order of time: `drizzle/message_number.ts`. */
  seq: integer("seq").primaryKey(),
  eventId: text("event_id").notNull().unique(),
  timeMs: integer("time_ms").notNull(),
  id: text("id"),
  event: text("event").$type<MessageEventKind>().notNull(),
  /** The present status of the message, the same in all its rows; `null` while nothing is known of it. */
  status: text("status").$type<MessageStatus>(),
  attempt: integer("attempt").notNull(),
  sender: text("sender").notNull(),
  to: list("recipients_to"),
  cc: list("recipients_cc"),
  bcc: list("recipients_bcc"),
  subject: text("subject").notNull(),
  messageId: text("header_message_id"),
  sizeBytes: integer("size_bytes").notNull(),
  relay: text("relay"),
  rule: text("rule"),
  provider: text("provider"),
  providerMessageId: text("provider_message_id"),
  response: text("response"),
  durationMs: integer("duration_ms"),
  error: text("error"),
  source: text("source").$type<MessageOrigin["source"]>().notNull(),
  clientAddress: text("client_address"),
  tlsVersion: text("tls_version"),
  tlsCipher: text("tls_cipher"),
  apiKeyId: text("api_key_id"),
  smtpUser: text("smtp_user"),
  omitted: list("omitted"),
  tags: list("tags"),
  attachments: list("attachments"),
});
