/** All that a purge removes, one record each; nothing else switches on their names. */
import type { Settings } from "../config/settings.ts";
import type { AuditCategory } from "../history/audit_events.ts";
import type { AuditLog } from "../history/audit_log.ts";
import type { MessageEventKind } from "../history/message_event.ts";
import type { MessageLog } from "../history/message_log.ts";
import type { Spool } from "../spool/spool.ts";

/** Rows that one step removes, and messages that one looks at: few enough to be in nobody's way. */
const stepRows = 500;
const stepMessages = 100;

/** What is purged. */
export interface PurgeSources {
  readonly spool: Pick<Spool, "purge">;
  readonly log: Pick<MessageLog, "purge">;
  readonly audit: Pick<AuditLog, "purge">;
}

/** What one step has removed, and whether it was the last. */
export interface PurgeStep {
  readonly removed: number;
  readonly isLast: boolean;
}

/** What is removed, and how old it has to be. */
export interface PurgeAge {
  readonly beforeMs: number;
  readonly days: number;
}

/** One kind of thing that grows old. */
export interface PurgeTarget {
  /** The setting that says for how many days it is kept; 0: for ever. */
  readonly setting: keyof Settings & `purge.${string}_retention_days`;
  /** Returns what removes the next few that are old enough. */
  open(sources: PurgeSources, age: PurgeAge): () => Promise<PurgeStep>;
}

/** All kinds, by the name under which the record of a run counts them. */
export const purgeTargets = {
  failedMessages: {
    setting: "purge.spool_failed_retention_days",
    open: (sources, age) => messages(sources, "failed", age, `It had failed more than ${age.days} days ago.`),
  },
  capturedMessages: {
    setting: "purge.captured_retention_days",
    open: (sources, age) => messages(sources, "captured", age, `It had been captured more than ${age.days} days ago.`),
  },
  logDelivered: {
    setting: "purge.log_delivered_retention_days",
    open: logRows(["queued", "delivered", "captured", "retrying", "requeued"]),
  },
  logFailed: {
    setting: "purge.log_failed_retention_days",
    // What was deleted was not delivered: that is asked about as long as what has failed.
    open: logRows(["failed", "denied", "deleted"]),
  },
  audit: {
    setting: "purge.audit_retention_days",
    open: auditRows(["change", "certificate", "service"]),
  },
  auditSecurity: {
    setting: "purge.audit_security_retention_days",
    open: auditRows(["security"]),
  },
} as const satisfies Readonly<Record<string, PurgeTarget>>;

/** Name of a kind. */
export type PurgeTargetName = keyof typeof purgeTargets;

/** All names, in the order in which a run takes them. */
export const purgeTargetNames = Object.keys(purgeTargets) as [PurgeTargetName, ...PurgeTargetName[]];

function messages(
  { spool }: PurgeSources,
  state: "failed" | "captured",
  { beforeMs }: PurgeAge,
  reason: string,
): () => Promise<PurgeStep> {
  let after = 0;
  return async () => {
    const { removed, next } = await spool.purge({ state, beforeMs, after, limit: stepMessages, reason });
    after = next ?? after;
    return { removed, isLast: next === null };
  };
}

function logRows(events: readonly MessageEventKind[]): PurgeTarget["open"] {
  return ({ log }, { beforeMs }) =>
    async () =>
      stepOf(await log.purge({ beforeMs, events, limit: stepRows }));
}

function auditRows(categories: readonly AuditCategory[]): PurgeTarget["open"] {
  return ({ audit }, { beforeMs }) =>
    async () =>
      stepOf(await audit.purge({ beforeMs, categories, limit: stepRows }));
}

function stepOf(removed: number): PurgeStep {
  return { removed, isLast: removed < stepRows };
}
