/** The audit log in the `audit_event` table. */
import { and, desc, eq, gte, inArray, lt, lte, or, type SQL, sql } from "drizzle-orm";
import type { AuditEvent } from "../core/history/audit_event.ts";
import type { AuditLog, AuditQuery } from "../core/history/audit_log.ts";
import type { DatabaseDriver } from "./driver.ts";
import { openOrm } from "./orm.ts";
import { pageOf } from "./page.ts";
import { withPlainErrors } from "./plain_errors.ts";
import { anyContains, asInJson, contains, given } from "./search_conditions.ts";
import { auditEventTable as table } from "./table/audit_event.ts";

type Row = typeof table.$inferSelect;

/**
 * The `audit_event` table behind `driver`.
 *
 * Time, event and category are found by an index; the rest is looked for while walking along it. The cursor is the event
 * id of the page's last row; after an unknown one nothing comes.
 */
export function openAuditLog(driver: DatabaseDriver): AuditLog {
  const orm = openOrm(driver);
  return withPlainErrors<AuditLog>({
    async append(events) {
      if (events.length > 0) await orm.insert(table).values(events.map(rowOf)).onConflictDoNothing();
    },
    async search(query) {
      const rows = await orm
        .select()
        .from(table)
        .where(and(...conditions(query)))
        .orderBy(desc(table.timeMs), desc(table.seq))
        .limit(query.limit + 1);
      return pageOf(rows, query.limit, eventOf);
    },
    async purge({ categories, beforeMs, limit }) {
      const old = orm
        .select({ seq: table.seq })
        .from(table)
        .where(and(inArray(table.category, [...categories]), lt(table.timeMs, beforeMs)))
        .limit(limit);
      const removed = await orm.delete(table).where(inArray(table.seq, old)).returning({ seq: table.seq });
      return removed.length;
    },
  });
}

function conditions(query: AuditQuery): (SQL | undefined)[] {
  const { fromTimeMs, toTimeMs, event, category, actor, address, text, cursor } = query;
  return [
    given(fromTimeMs, (timeMs) => gte(table.timeMs, timeMs)),
    given(toTimeMs, (timeMs) => lte(table.timeMs, timeMs)),
    given(event, (name) => eq(table.event, name)),
    given(category, (name) => eq(table.category, name)),
    given(actor, (part) => or(sql`${table.actorKind} = ${part}`, contains(table.actorName, part))),
    given(address, (value) => eq(table.actorAddress, value)),
    given(text, (part) =>
      or(anyContains([table.subject, table.reason], part), anyContains([table.before, table.after], asInJson(part))),
    ),
    given(cursor, (eventId) => sql`(${table.timeMs}, ${table.seq}) < (${positionOf(eventId)})`),
  ];
}

function positionOf(eventId: string): SQL {
  return sql`SELECT time_ms, seq FROM audit_event WHERE event_id = ${eventId}`;
}

function rowOf({ actor, ...event }: AuditEvent): Omit<Row, "seq"> {
  return { ...event, actorKind: actor.kind, actorName: actor.name, actorAddress: actor.address };
}

function eventOf({ seq: _, actorKind, actorName, actorAddress, ...event }: Row): AuditEvent {
  return { ...event, actor: { kind: actorKind, name: actorName, address: actorAddress } };
}
