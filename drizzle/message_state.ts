/**
 * The present state of a message, kept up with each event.
 *
 * - `queued` begins a state and never replaces one, so that it may come late or again.
 * - Another event replaces the state unless it is older: its time lies before and its attempt is not a later one.
 * - Recipients may fare differently. While one of them is retried the message is `retrying`, whatever else the same attempt has
 *   brought; once one of them has failed for good it ends as `failed`, though the rest be delivered later.
 * - `requeued` begins anew, failures forgotten.
 *
 * To apply the same events again in the same order leaves the state as it was.
 */
import { type SQL, sql } from "drizzle-orm";
import type { MessageEvent, MessageEventKind } from "../core/history/message_event.ts";
import type { MessageStatus } from "../core/history/message_log.ts";
import { bindStatement } from "./bound_statement.ts";
import type { SqlQuery } from "./driver.ts";
import type { Orm } from "./orm.ts";
import { placeholdersFor } from "./placeholders.ts";
import { messageTable } from "./table/message.ts";

type StateRow = typeof messageTable.$inferSelect;

const statusAfter: Readonly<Record<MessageEventKind, MessageStatus>> = {
  queued: "queued",
  delivered: "delivered",
  captured: "delivered",
  retrying: "retrying",
  failed: "failed",
  denied: "denied",
  requeued: "queued",
  deleted: "deleted",
};

/** Returns what makes of an event the statement that applies it; `null` for an event of no message. */
export function stateUpdates(orm: Orm): (event: MessageEvent) => SqlQuery | null {
  const begin = bindStatement<StateRow>(
    insertState(orm)
      .onConflictDoUpdate({ target: messageTable.id, set: { acceptedAtMs: excluded("accepted_at_ms") } })
      .toSQL(),
  );
  const follow = bindStatement<StateRow>(
    insertState(orm)
      .onConflictDoUpdate({ target: messageTable.id, set: followedState(), setWhere: isNotOlder })
      .toSQL(),
  );
  return (event) => {
    if (event.id === null) return null;
    return event.event === "queued" ? begin(stateRow(event, event.id)) : follow(stateRow(event, event.id));
  };
}

function insertState(orm: Orm) {
  return orm.insert(messageTable).values(placeholdersFor(messageTable));
}

function stateRow(event: MessageEvent, id: string): StateRow {
  const status = statusAfter[event.event];
  return {
    id,
    status,
    hasFailed: status === "failed",
    apiKeyId: event.origin.apiKeyId,
    sender: event.sender,
    subject: event.subject,
    acceptedAtMs: event.timeMs,
    updatedAtMs: event.timeMs,
    attempts: event.attempt,
    relay: event.relay,
    provider: event.provider,
    providerMessageId: event.providerMessageId,
    lastError: event.error,
  };
}

const state = messageTable;

const isNotOlder = sql`${excluded("updated_at_ms")} >= ${state.updatedAtMs} OR ${excluded("attempts")} > ${state.attempts}`;

/** The columns after an event other than `queued`, from the state before and the event's own row. */
function followedState() {
  const status = excluded("status");
  const isOutdone = sql`${status} IN ('delivered', 'failed') AND ${state.status} = 'retrying' AND ${state.attempts} = ${excluded("attempts")}`;
  const isClean = sql`${status} = 'delivered' AND ${state.hasFailed} = 0 AND NOT (${isOutdone})`;
  return {
    status: sql`CASE WHEN ${isOutdone} THEN 'retrying' WHEN ${status} = 'delivered' AND ${state.hasFailed} THEN 'failed' ELSE ${status} END`,
    hasFailed: sql`CASE ${status} WHEN 'queued' THEN 0 WHEN 'failed' THEN 1 ELSE ${state.hasFailed} END`,
    updatedAtMs: excluded("updated_at_ms"),
    attempts: excluded("attempts"),
    relay: keptUnless("relay"),
    provider: keptUnless("provider"),
    providerMessageId: keptUnless("provider_message_id"),
    lastError: sql`CASE WHEN ${isClean} THEN NULL ELSE ${keptUnless("last_error")} END`,
  };
}

/** The event's value of `column`, or when it has none the one from before. */
function keptUnless(column: string): SQL {
  return sql`coalesce(${excluded(column)}, ${sql.identifier("message")}.${sql.identifier(column)})`;
}

/** The event's own value of `column`. */
function excluded(column: string): SQL {
  return sql`excluded.${sql.identifier(column)}`;
}
