/** Searching the message log, newest first. */
import { and, desc, eq, gte, lte, type SQL, sql } from "drizzle-orm";
import type { MessageLogPage, MessageLogQuery } from "../core/history/message_log.ts";
import { eventOf } from "./message_event_row.ts";
import type { Orm } from "./orm.ts";
import { pageOf } from "./page.ts";
import { anyContains, asInJson, contains, given } from "./search_conditions.ts";
import { messageEventTable as table } from "./table/message_event.ts";

/**
 * One page of rows, ordered by time and by the order of writing where times are equal.
 *
 * Time, event and id are found by an index; the rest is looked for while walking along it. Letters are compared without
 * regard to case in ASCII only. The cursor is the event id of the page's last row; after an unknown one nothing comes.
 */
export async function searchEvents(orm: Orm, query: MessageLogQuery): Promise<MessageLogPage> {
  const rows = await orm
    .select()
    .from(table)
    .where(and(...conditions(query)))
    .orderBy(desc(table.timeMs), desc(table.seq))
    .limit(query.limit + 1);
  return pageOf(rows, query.limit, eventOf);
}

function conditions(query: MessageLogQuery): (SQL | undefined)[] {
  const { fromTimeMs, toTimeMs, event, id, sender, recipient, text, relay, cursor } = query;
  return [
    given(fromTimeMs, (timeMs) => gte(table.timeMs, timeMs)),
    given(toTimeMs, (timeMs) => lte(table.timeMs, timeMs)),
    given(event, (kind) => eq(table.event, kind)),
    given(id, (value) => eq(table.id, value)),
    given(relay, (name) => eq(table.relay, name)),
    given(sender, (part) => contains(table.sender, part)),
    given(recipient, (part) => anyContains([table.to, table.cc, table.bcc], asInJson(part))),
    given(text, (part) => anyContains([table.subject, table.error, table.response], part)),
    given(cursor, (eventId) => sql`(${table.timeMs}, ${table.seq}) < (${positionOf(eventId)})`),
  ];
}

function positionOf(eventId: string): SQL {
  return sql`SELECT time_ms, seq FROM message_event WHERE event_id = ${eventId}`;
}
