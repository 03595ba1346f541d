/** What each operation answers, as the OpenAPI document tells it. */
import { z } from "zod";
import type { OperationName, OutputOf } from "../../core/operations/operation_table.ts";
import { adminToken, apiKey, createdAdminToken, createdApiKey, smtpUser } from "./answer/access.ts";
import { auditPage } from "./answer/audit.ts";
import {
  certificate,
  certificateCheck,
  earlierCertificate,
  exportedFile,
  uploadedCertificate,
} from "./answer/certificate.ts";
import { bulkResult, logPage, queueEntry, queueEntryDetails, readableMessage, sentMessage } from "./answer/mail.ts";
import { purgeRun } from "./answer/purge.ts";
import { provider, relay, relayTest } from "./answer/relay.ts";
import { report } from "./answer/report.ts";
import { routeSimulation, routingRule } from "./answer/route.ts";
import { health, setting, version } from "./answer/service.ts";
import { list } from "./answer/shape.ts";

/** The schema of each operation's output. One that has no room for an output does not compile. */
export const answers = covering({
  "config.list": list(setting),
  "config.get": setting,
  "config.set": list(setting),
  "config.unset": setting,
  "cert.show": certificate,
  "cert.check": certificateCheck,
  "cert.upload": uploadedCertificate,
  "cert.generate": certificate,
  "cert.remove": certificate,
  "cert.history": list(earlierCertificate),
  "cert.restore": certificate,
  "cert.export": exportedFile,
  "relay.add": relay,
  "relay.list": list(relay),
  "relay.show": relay,
  "relay.set": relay,
  "relay.set-default": relay,
  "relay.enable": relay,
  "relay.disable": relay,
  "relay.remove": relay,
  "relay.test": relayTest,
  "relay.try": relayTest,
  "provider.list": list(provider),
  "route.add": routingRule,
  "route.list": list(routingRule),
  "route.set": routingRule,
  "route.move": routingRule,
  "route.remove": routingRule,
  "route.simulate": routeSimulation,
  "key.create": createdApiKey,
  "key.list": list(apiKey),
  "key.revoke": apiKey,
  "user.add": smtpUser,
  "user.list": list(smtpUser),
  "user.set": smtpUser,
  "user.password": smtpUser,
  "user.remove": smtpUser,
  "queue.list": list(queueEntry),
  "queue.show": list(queueEntryDetails),
  "queue.retry": list(queueEntry),
  "queue.delete": list(queueEntry),
  "queue.retry-all": bulkResult,
  "queue.delete-all": bulkResult,
  "queue.read": readableMessage,
  "queue.attachment": exportedFile,
  "log.search": logPage,
  "message.send": sentMessage,
  "audit.search": auditPage,
  "report.show": report,
  "purge.run": purgeRun,
  "purge.list": list(purgeRun),
  health,
  version,
  "admin.reset-password": z.object({ reset: z.boolean() }),
  "admin.token.create": createdAdminToken,
  "admin.token.list": list(adminToken),
  "admin.token.revoke": adminToken,
});

type Covering<Table extends Record<OperationName, z.ZodType>> = {
  readonly [Name in OperationName]: OutputOf<Name> extends z.input<Table[Name]> ? Table[Name] : never;
};

function covering<Table extends Record<OperationName, z.ZodType>>(table: Table & Covering<Table>): Table {
  return table;
}
