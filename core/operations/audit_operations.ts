/** The audit log: search. */
import { z } from "zod";
import { auditCategories, auditEventNames } from "../history/audit_events.ts";
import { viewAuditEvent } from "./audit_view.ts";
import { instant, oneOf, text, wholeNumber } from "./input.ts";
import { defineOperation } from "./operation.ts";

const auditSearch = defineOperation({
  name: "audit.search",
  summary: "Search the audit log, newest first",
  input: z.strictObject({
    fromTime: instant.exactOptional(),
    toTime: instant.exactOptional(),
    event: oneOf(auditEventNames).exactOptional(),
    category: oneOf(auditCategories).exactOptional(),
    actor: text(64).exactOptional(),
    address: text(64).exactOptional(),
    text: text(500).exactOptional(),
    limit: wholeNumber(1, 1000).default(100),
    cursor: text(500).exactOptional(),
  }),
  async run({ audit }, { fromTime, toTime, ...rest }) {
    const page = await audit.search({
      ...rest,
      ...(fromTime === undefined ? {} : { fromTimeMs: fromTime }),
      ...(toTime === undefined ? {} : { toTimeMs: toTime }),
    });
    return { rows: page.rows.map(viewAuditEvent), next: page.next };
  },
  audit: null,
});

/** The operations on the audit log. */
export const auditOperations = [auditSearch] as const;
