/** Answers about the audit log. */
import { z } from "zod";
import { auditActorKinds } from "../../../core/history/audit_event.ts";
import { auditCategories } from "../../../core/history/audit_events.ts";
import { list, named, text, textOrNull, time } from "./shape.ts";

const auditRow = z.object({
  eventId: text,
  time,
  event: text,
  summary: text,
  category: z.enum(auditCategories),
  outcome: z.enum(["done", "refused"]),
  actor: z.enum(auditActorKinds),
  actorName: textOrNull,
  address: textOrNull,
  subject: textOrNull,
  before: z.unknown(),
  after: z.unknown(),
  reason: textOrNull,
});

/** A page of the audit log; `next` is the cursor of the one after it. */
export const auditPage = named("AuditPage", { rows: list(auditRow), next: textOrNull });
