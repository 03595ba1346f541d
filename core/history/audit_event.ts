/** One row of the audit log: who did what, or tried to, from where, and what came of it. */
import type { Actor } from "../access/actor.ts";
import type { AuditCategory, AuditEventName } from "./audit_events.ts";

/** Who did it: an operator in one of the ways in, the service itself, or a client that came to one of its doors. */
export interface AuditActor extends Omit<Actor, "kind"> {
  readonly kind: (typeof auditActorKinds)[number];
}

/** All kinds of actors. */
export const auditActorKinds = ["service", "command_line", "dashboard", "admin_api", "smtp", "http"] as const;

/** `refused` was tried and changed nothing. */
export type AuditOutcome = "done" | "refused";

/** What is told of one event. Never a secret: what `before` and `after` show is masked already. */
export interface AuditEntry {
  readonly event: AuditEventName;
  readonly actor: AuditActor;
  /** Default: `done`. */
  readonly outcome?: AuditOutcome;
  /** What it is about: a name, an id, a setting. The first 500 characters are kept. Default: `null`. */
  readonly subject?: string | null;
  /** Plain JSON; `null` (the default) where there was nothing before, or where there is nothing after. */
  readonly before?: unknown;
  readonly after?: unknown;
  /** Why it was refused: the code of the error; or what is wrong, in a sentence. Default: `null`. */
  readonly reason?: string | null;
}

/** An event as it is stored. */
export interface AuditEvent extends Required<AuditEntry> {
  /** `aud_` + 32 hex digits of a UUIDv7; a row is stored once, however often it is handed over. */
  readonly eventId: string;
  readonly timeMs: number;
  readonly category: AuditCategory;
}

/** Has the audit log told of an event; returns at once, and never fails. */
export type RecordAudit = (entry: AuditEntry) => void;
