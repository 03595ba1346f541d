/** `dispatch admin token …` */
import { operationCommand } from "../operation_command.ts";
import { textTable } from "../text_table.ts";

/** The commands on tokens of the admin API. */
export const adminTokenCommands = [
  operationCommand({
    operation: "admin.token.create",
    arguments: [{ name: "NAME", summary: "what the token is for" }],
    options: [
      {
        flags: "--scope S",
        summary: "read (looks, and changes nothing), certificate (the certificate alone) or all",
        required: true,
      },
    ],
    input: (call) => ({ name: call.argument("NAME"), scope: call.option("scope") as "read" }),
    print: ({ token }) => token,
    notice: ({ id }) => `This is the only time the token is shown. To revoke it: dispatch admin token revoke ${id}`,
  }),
  operationCommand({
    operation: "admin.token.list",
    input: () => ({}),
    print: (tokens) =>
      textTable(
        ["ID", "NAME", "SCOPE", "CREATED", "LAST USED", "USES", "REVOKED"],
        tokens.map(({ id, name, scope, createdAt, lastUsedAt, useCount, revokedAt }) => [
          id,
          name,
          scope,
          createdAt,
          lastUsedAt,
          useCount,
          revokedAt,
        ]),
        "There is no admin token.",
      ),
  }),
  operationCommand({
    operation: "admin.token.revoke",
    arguments: [{ name: "ID", summary: "id of the token" }],
    input: (call) => ({ id: call.argument("ID") }),
    print: ({ name }) => `The token ${name} opens nothing any longer.`,
  }),
];
