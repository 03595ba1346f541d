/** What stands at the door of SMTP in a running service: who may send, who may sign in, and who is told of refusals. */
import type { SmtpUserRing } from "../core/access/smtp_user_ring.ts";
import type { Logger } from "../core/capabilities.ts";
import { isDispatchError } from "../core/error/mod.ts";
import { auditDenial } from "../core/history/audit_denial.ts";
import type { AuditEntry } from "../core/history/audit_event.ts";
import type { AuditTrail } from "../core/history/audit_trail.ts";
import type { Denial, DenialLog } from "../core/history/denial_log.ts";
import type { RefusalLines } from "../core/history/refusal_lines.ts";
import type { SignInLog } from "../core/history/sign_in_log.ts";
import type { Intake } from "../core/ingest/intake.ts";
import { SmtpDoor, type SmtpDoorSettings } from "../core/ingest/smtp_door.ts";
import { SmtpSignIn } from "../core/ingest/smtp_sign_in.ts";

/** What the door is made of. */
export interface SmtpPartsOptions {
  readonly intake: Intake;
  readonly users: SmtpUserRing;
  readonly isAllowed: (address: string) => boolean;
  readonly settings: () => SmtpDoorSettings;
  readonly denials: Pick<DenialLog, "add">;
  readonly audit: Pick<AuditTrail, "record">;
  readonly signIns: Pick<SignInLog, "add">;
  readonly logger: Logger;
  readonly lines: Pick<RefusalLines, "warn">;
  readonly nowMs: () => number;
}

/** Puts the door together. */
export function openSmtpParts(options: SmtpPartsOptions) {
  const { intake, users, isAllowed, settings, denials, audit, signIns, logger, lines, nowMs } = options;
  function onRefused(denial: Denial): void {
    const { error, origin } = denial;
    lines.warn("smtp.refused", `${error.message} ${error.remedy}`, { address: origin.clientAddress ?? "" });
    const entry = auditEntryOf(denial);
    if (entry !== null) audit.record(entry);
    denials.add(denial);
  }
  function onLocked(address: string): void {
    logger.warn("smtp.locked", "An address failed to sign in too often and has to wait a minute", { address });
    audit.record({ event: "smtp.locked", actor: { kind: "smtp", name: null, address } });
  }
  return {
    door: new SmtpDoor({ intake, users, isAllowed, settings, onRefused }),
    signIn: new SmtpSignIn({
      users,
      isAllowed,
      nowMs,
      onSignedIn: (user, address) => signIns.add({ ...user, address }),
      onRefused,
      onLocked,
    }),
  };
}

/** That an address is locked out is told once, and not for each attempt. */
function auditEntryOf({ error, origin }: Denial): AuditEntry | null {
  const actor = { kind: "smtp", name: origin.smtpUser, address: origin.clientAddress } as const;
  if (isDispatchError(error, "smtp_sign_in_failed") || isDispatchError(error, "smtp_other_identity")) {
    const { facts, message } = error;
    return { event: "smtp.sign_in_failed", actor, outcome: "refused", subject: facts.user, reason: message };
  }
  return error.isDenial ? auditDenial(error, actor) : null;
}
