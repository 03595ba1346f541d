/** A message log in memory: rows newest first, pages by row number. */
import type { MessageEvent } from "../../core/history/message_event.ts";
import type { MessageLog, MessageLogPage, MessageLogQuery } from "../../core/history/message_log.ts";

export class MemoryMessageLog implements Pick<MessageLog, "search"> {
  readonly rows: MessageEvent[] = [];
  readonly queries: MessageLogQuery[] = [];

  async search(query: MessageLogQuery): Promise<MessageLogPage> {
    this.queries.push(query);
    const { fromTimeMs = 0, toTimeMs = Number.POSITIVE_INFINITY, event, limit, cursor = "0" } = query;
    const found = this.rows
      .filter((row) => row.timeMs >= fromTimeMs && row.timeMs <= toTimeMs && (event ?? row.event) === row.event)
      .toSorted((a, b) => b.timeMs - a.timeMs || (a.eventId < b.eventId ? 1 : -1));
    const start = Number(cursor);
    const next = start + limit < found.length ? String(start + limit) : null;
    return { rows: found.slice(start, start + limit), next };
  }
}

/** A row of the log; what a test does not name is ordinary. */
export function sampleEvent(row: Partial<MessageEvent> = {}): MessageEvent {
  return {
    eventId: "evt_1",
    timeMs: Date.UTC(2026, 10, 22, 11),
    id: "spl_1",
    event: "delivered",
    attempt: 1,
    sender: "app@example.org",
    recipients: [{ address: "you@example.net", kind: "to" }],
    sizeBytes: 1234,
    relay: "smarthost",
    provider: "smtp",
    rule: null,
    providerMessageId: null,
    response: "250 2.0.0 Ok",
    error: null,
    omitted: [],
    durationMs: 12,
    origin: {
      source: "smtp",
      clientAddress: "192.0.2.7",
      tls: { version: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384" },
      apiKeyId: null,
      smtpUser: null,
    },
    subject: "Hello",
    messageId: "1@example.org",
    tags: [],
    attachments: [],
    ...row,
  };
}
