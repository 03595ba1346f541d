/** All scenarios, in the order in which someone meets Dispatch. */
import type { Scenario } from "../scenario.ts";
import { adminApi } from "./admin_api.ts";
import { adminPassword } from "./admin_password.ts";
import { badStart } from "./bad_start.ts";
import { certificate } from "./certificate.ts";
import { certificateChange } from "./certificate_change.ts";
import { certificateCommands } from "./certificate_commands.ts";
import { certificateProof } from "./certificate_proof.ts";
import { certificateSecrets } from "./certificate_secrets.ts";
import { clientScenarios } from "./clients.ts";
import { clientRelays } from "./clients_relays.ts";
import { commandLine } from "./command_line.ts";
import { crash } from "./crash.ts";
import { dashboardCertificate } from "./dashboard_certificate.ts";
import { databaseOutage } from "./database_outage.ts";
import { delivery } from "./delivery.ts";
import { documents } from "./documents.ts";
import { firstStart } from "./first_start.ts";
import { httpApi } from "./http_api.ts";
import { liveChange } from "./live_change.ts";
import { outsideAddress } from "./outside_address.ts";
import { providerApi } from "./provider_api.ts";
import { queueReading } from "./queue_reading.ts";
import { readme } from "./readme.ts";
import { retry } from "./retry.ts";
import { routing } from "./routing.ts";
import { smtpProxy } from "./smtp_proxy.ts";
import { smtpUsers } from "./smtp_users.ts";
import { tlsOutside } from "./tls_outside.ts";

/** See the file's first line. */
export const scenarios: readonly Scenario[] = [
  ...firstStart,
  ...adminPassword,
  ...adminApi,
  ...readme,
  ...documents,
  ...certificate,
  ...tlsOutside,
  ...certificateCommands,
  ...certificateChange,
  ...certificateProof,
  ...certificateSecrets,
  ...dashboardCertificate,
  ...delivery,
  ...clientScenarios,
  ...clientRelays,
  ...httpApi,
  ...queueReading,
  ...retry,
  ...routing,
  ...providerApi,
  ...crash,
  ...databaseOutage,
  ...liveChange,
  ...outsideAddress,
  ...smtpProxy,
  ...smtpUsers,
  ...commandLine,
  ...badStart,
];
