/** What operators see of a row of the audit log. */
import type { AuditActor, AuditEvent } from "../history/audit_event.ts";
import { auditEventOf } from "../history/audit_events.ts";

/** One row of the audit log; `null` is "none". */
export interface AuditRow extends Omit<AuditEvent, "timeMs" | "actor"> {
  /** ISO 8601, UTC. */
  readonly time: string;
  /** What the event is, in one line. */
  readonly summary: string;
  /** The way in. */
  readonly actor: AuditActor["kind"];
  /** Name of the token that it came with. */
  readonly actorName: string | null;
  readonly address: string | null;
}

/** The view of `event`. */
export function viewAuditEvent({ eventId, timeMs, event, actor, ...rest }: AuditEvent): AuditRow {
  return {
    eventId,
    time: new Date(timeMs).toISOString(),
    event,
    summary: auditEventOf(event).summary,
    actor: actor.kind,
    actorName: actor.name,
    address: actor.address,
    ...rest,
  };
}
