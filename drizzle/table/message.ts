/** The present state of each message, derived from the events. */
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { MessageStatus } from "../../core/history/message_log.ts";

export const messageTable = sqliteTable("message", {
  id: text("id").primaryKey(),
  status: text("status").$type<MessageStatus>().notNull(),
  /** 1: a recipient has failed for good since the message was last queued. */
  hasFailed: integer("has_failed", { mode: "boolean" }).notNull(),
  apiKeyId: text("api_key_id"),
  sender: text("sender").notNull(),
  subject: text("subject").notNull(),
  acceptedAtMs: integer("accepted_at_ms").notNull(),
  updatedAtMs: integer("updated_at_ms").notNull(),
  attempts: integer("attempts").notNull(),
  relay: text("relay"),
  provider: text("provider"),
  providerMessageId: text("provider_message_id"),
  lastError: text("last_error"),
});
