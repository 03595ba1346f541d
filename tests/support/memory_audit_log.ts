/** An audit log in memory, on a clock of its own. */
import type { AuditEvent } from "../../core/history/audit_event.ts";
import type { AuditLog, AuditPage, AuditPurge, AuditQuery } from "../../core/history/audit_log.ts";

export class MemoryAuditLog implements AuditLog {
  /** Rows in the order of writing. */
  readonly rows: AuditEvent[] = [];
  readonly queries: AuditQuery[] = [];
  /** The sizes of the batches that were stored. */
  readonly batches: number[] = [];
  /** What each call is refused with. */
  failure: Error | null = null;

  async append(events: readonly AuditEvent[]): Promise<void> {
    if (this.failure !== null) throw this.failure;
    this.rows.push(...events);
    this.batches.push(events.length);
  }

  async purge({ categories, beforeMs, limit }: AuditPurge): Promise<number> {
    const isOld = ({ category, timeMs }: AuditEvent) => categories.includes(category) && timeMs < beforeMs;
    const old = new Set(this.rows.filter(isOld).slice(0, limit));
    this.rows.splice(0, this.rows.length, ...this.rows.filter((row) => !old.has(row)));
    return old.size;
  }

  async search(query: AuditQuery): Promise<AuditPage> {
    this.queries.push(query);
    const found = this.rows.filter(({ event }) => event === (query.event ?? event)).toReversed();
    const start = Number(query.cursor ?? "0");
    const next = start + query.limit < found.length ? String(start + query.limit) : null;
    return { rows: found.slice(start, start + query.limit), next };
  }
}
