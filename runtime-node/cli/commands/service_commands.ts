/** `dispatch serve`, `health`, `version` */
import type { HealthDocument } from "../../../core/operations/health.ts";
import type { CliCommand } from "../cli_command.ts";
import { operationCommand } from "../operation_command.ts";
import { printable } from "../printable.ts";
import { factLines, textTable } from "../text_table.ts";

const serve: CliCommand = {
  words: ["serve"],
  summary: "Run the relay until it is told to stop",
  run: (call) => call.runtime.serve(call.environment()),
};

const health = operationCommand({
  operation: "health",
  input: () => ({}),
  print: describeHealth,
  exitCode: ({ status }) => (status === "critical" ? 1 : 0),
});

/** Asks no service: which program this is can be told without one. */
const version: CliCommand = {
  words: ["version"],
  summary: "Show which Dispatch this is, on what",
  async run({ runtime }) {
    const { version: number, commit, runtime: engine, platform } = runtime.version;
    const origin = commit === null ? "" : ` (${commit})`;
    return { json: runtime.version, text: `Dispatch ${number}${origin} on ${engine}, ${platform}` };
  },
};

/** The commands on the service itself. */
export const serviceCommands = [serve, health, version];

function describeHealth(document: HealthDocument): string {
  const { spool, certificate, database } = document;
  return [
    factLines({
      status: document.status,
      version: document.version,
      "up for": `${document.uptimeSeconds} s`,
      "disk free": `${document.disk.freeBytes} bytes`,
      database: database.error ?? database.status,
      certificate: `${certificate.source}, ${certificate.daysLeft} days left`,
      ...(spool ?? { spool: "does not answer" }),
    }),
    textTable(
      ["LISTENER", "PORT", "STATE"],
      document.listeners.map(({ listener, port, bound, error }) => [listener, port, bound ? "listening" : error]),
      "No listener is configured.",
    ),
    ...document.problems.map(({ severity, message }) => `${severity}: ${printable(message)}`),
  ].join("\n\n");
}
