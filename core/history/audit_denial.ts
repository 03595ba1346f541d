/** What the audit log is told of somebody who was kept out. Pure. */
import type { DispatchError } from "../error/mod.ts";
import type { AuditActor, AuditEntry } from "./audit_event.ts";

/** The entry about a denial: what it is about is the setting that would let the client in, or what it wanted to do. */
export function auditDenial({ code, facts }: DispatchError, actor: AuditActor): AuditEntry {
  const { setting, operation } = facts as { readonly setting?: string; readonly operation?: string };
  return { event: "access.denied", actor, outcome: "refused", subject: setting ?? operation ?? null, reason: code };
}
