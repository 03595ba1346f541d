/** `dispatch admin …` */
import { readNewSecret } from "../given_secrets.ts";
import { operationCommand } from "../operation_command.ts";

/** The commands on the administrator's access. */
export const adminCommands = [
  operationCommand({
    operation: "admin.reset-password",
    options: [{ flags: "--password-file FILE", summary: "the new password; - asks, or reads standard input" }],
    input: async (call) => ({ password: await readNewSecret(call, "password-file", "New password") }),
    print: () => "The password is set. Everybody has to sign in again.",
  }),
];
