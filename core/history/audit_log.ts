/** Where the audit log is stored. */
import type { AuditEvent } from "./audit_event.ts";
import type { AuditCategory, AuditEventName } from "./audit_events.ts";

/** Which rows a search returns: newest first. */
export interface AuditQuery {
  readonly fromTimeMs?: number;
  readonly toTimeMs?: number;
  readonly event?: AuditEventName;
  readonly category?: AuditCategory;
  /** A kind of actor in full, or a part of a token's name. */
  readonly actor?: string;
  /** An address in full. */
  readonly address?: string;
  /** Case-insensitive part of the subject, the reason, or of what was before or after. */
  readonly text?: string;
  /** 1–1000. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly cursor?: string;
}

/** One page of rows. */
export interface AuditPage {
  readonly rows: readonly AuditEvent[];
  /** Where the next page starts; `null` on the last. */
  readonly next: string | null;
}

/** Which rows a purge takes. */
export interface AuditPurge {
  readonly categories: readonly AuditCategory[];
  /** Only rows from before this time. */
  readonly beforeMs: number;
  /** How many rows at most, from 1. */
  readonly limit: number;
}

/** The audit log's rows, in the order in which they were appended. */
export interface AuditLog {
  /** Stores rows, each once: a row whose `eventId` is there already is passed over. All or nothing. */
  append(events: readonly AuditEvent[]): Promise<void>;
  search(query: AuditQuery): Promise<AuditPage>;
  /** Deletes rows; returns how many, fewer than `limit` when no other is old enough. */
  purge(what: AuditPurge): Promise<number>;
}
