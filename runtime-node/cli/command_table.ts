/** All commands. */
import type { CliCommand } from "./cli_command.ts";
import { adminCommands } from "./commands/admin_commands.ts";
import { adminTokenCommands } from "./commands/admin_token_commands.ts";
import { apiKeyCommands } from "./commands/api_key_commands.ts";
import { auditCommands } from "./commands/audit_commands.ts";
import { certificateCommands } from "./commands/certificate_commands.ts";
import { configCommands } from "./commands/config_commands.ts";
import { messageCommands } from "./commands/message_commands.ts";
import { messageLogCommands } from "./commands/message_log_commands.ts";
import { purgeCommands } from "./commands/purge_commands.ts";
import { queueBulkCommands } from "./commands/queue_bulk_commands.ts";
import { queueCommands } from "./commands/queue_commands.ts";
import { queueReadingCommands } from "./commands/queue_reading_commands.ts";
import { relayCommands } from "./commands/relay_commands.ts";
import { reportCommands } from "./commands/report_commands.ts";
import { routeCommands } from "./commands/route_commands.ts";
import { serviceCommands } from "./commands/service_commands.ts";
import { userCommands } from "./commands/user_commands.ts";

/** All commands, in the order in which the help lists them. */
export const commands: readonly CliCommand[] = [
  ...serviceCommands,
  ...messageCommands,
  ...configCommands,
  ...certificateCommands,
  ...relayCommands,
  ...routeCommands,
  ...apiKeyCommands,
  ...userCommands,
  ...queueCommands,
  ...queueReadingCommands,
  ...queueBulkCommands,
  ...messageLogCommands,
  ...auditCommands,
  ...reportCommands,
  ...purgeCommands,
  ...adminCommands,
  ...adminTokenCommands,
];

/** What each group of commands is about, by the word that they share. */
export const groupSummaries: Readonly<Record<string, string>> = {
  config: "Settings",
  cert: "The TLS certificate that SMTP and HTTPS share",
  relay: "Relays: where mail is sent on to",
  route: "Routing rules: which mail goes over which relay",
  key: "API keys",
  user: "Users that may sign in over SMTP",
  queue: "Messages that wait, failed or were captured",
  log: "The message log",
  audit: "The audit log: who changed what, and who was refused",
  purge: "Removing what is older than its retention",
  admin: "The administrator's access",
  token: "Tokens of the admin API",
};
