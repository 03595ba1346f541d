/** `dispatch key …` */
import { operationCommand } from "../operation_command.ts";
import { textTable } from "../text_table.ts";

/** The commands on API keys. */
export const apiKeyCommands = [
  operationCommand({
    operation: "key.create",
    arguments: [{ name: "NAME", summary: "what the key is for" }],
    options: [{ flags: "--rate N", summary: "requests a minute; 0 is no limit (default: api.rate_limit_per_key)" }],
    input: (call) => ({ name: call.argument("NAME"), ratePerMinute: call.option("rate") }),
    print: ({ key }) => key,
    notice: ({ id }) => `This is the only time the key is shown. To revoke it: dispatch key revoke ${id}`,
  }),
  operationCommand({
    operation: "key.list",
    input: () => ({}),
    print: (keys) =>
      textTable(
        ["ID", "NAME", "RATE", "CREATED", "LAST USED", "USES", "REVOKED"],
        keys.map((key) => [
          key.id,
          key.name,
          key.ratePerMinute,
          key.createdAt,
          key.lastUsedAt,
          key.useCount,
          key.revokedAt,
        ]),
        "There is no API key.",
      ),
  }),
  operationCommand({
    operation: "key.revoke",
    arguments: [{ name: "ID", summary: "id of the key" }],
    input: (call) => ({ id: call.argument("ID") }),
    print: ({ name }) => `The key ${name} opens nothing any longer.`,
  }),
];
