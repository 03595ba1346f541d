/** `dispatch user …` */
import type { SmtpUserView } from "../../../core/access/smtp_user_service.ts";
import type { CliCall, CliOption } from "../cli_command.ts";
import { readNewSecret } from "../given_secrets.ts";
import { operationCommand } from "../operation_command.ts";
import { textTable } from "../text_table.ts";

const nameArgument = { name: "NAME", summary: "name of the user; case makes no difference" };

const addressOption: CliOption = {
  flags: "--allowed-address CIDR",
  summary: "an address or range to sign in from (default: every one that may send)",
  repeatable: true,
};
const senderOption: CliOption = {
  flags: "--allowed-sender PATTERN",
  summary: "a sender to send as: an address, example.org or *.example.org (default: every one)",
  repeatable: true,
};
const passwordOption: CliOption = {
  flags: "--password-file FILE",
  summary: "the password; - asks, or reads standard input",
};

/** The commands on the users of SMTP. */
export const userCommands = [
  operationCommand({
    operation: "user.add",
    arguments: [nameArgument],
    options: [addressOption, senderOption, passwordOption],
    input: async (call) => ({
      name: call.argument("NAME"),
      allowedAddresses: given(call, "allowed-address"),
      allowedSenders: given(call, "allowed-sender"),
      password: await readNewSecret(call, "password-file", "Password"),
    }),
    print: describeUser,
  }),
  operationCommand({
    operation: "user.list",
    input: () => ({}),
    print: (users) =>
      textTable(
        ["NAME", "ADDRESSES", "SENDERS", "CREATED", "LAST USED", "SIGN-INS"],
        users.map((user) => [
          user.name,
          user.allowedAddresses.join(", ") || "any",
          user.allowedSenders.join(", ") || "any",
          user.createdAt,
          user.lastUsedAt,
          user.useCount,
        ]),
        "There is no SMTP user.",
      ),
  }),
  operationCommand({
    operation: "user.set",
    arguments: [nameArgument],
    options: [
      addressOption,
      { flags: "--any-address", summary: "sign in from every address that may send" },
      senderOption,
      { flags: "--any-sender", summary: "send as everybody" },
    ],
    input: (call) => ({
      name: call.argument("NAME"),
      allowedAddresses: call.has("any-address") ? [] : given(call, "allowed-address"),
      allowedSenders: call.has("any-sender") ? [] : given(call, "allowed-sender"),
    }),
    print: describeUser,
  }),
  operationCommand({
    operation: "user.password",
    arguments: [nameArgument],
    options: [passwordOption],
    input: async (call) => ({
      name: call.argument("NAME"),
      password: await readNewSecret(call, "password-file", "New password"),
    }),
    print: ({ name }) => `The old password of ${name} opens nothing any longer.`,
  }),
  operationCommand({
    operation: "user.remove",
    arguments: [nameArgument],
    input: (call) => ({ name: call.argument("NAME") }),
    print: ({ name }) => `${name} is removed.`,
  }),
];

function describeUser({ name, allowedAddresses, allowedSenders }: SmtpUserView): string {
  const addresses = allowedAddresses.join(", ") || "every address that may send";
  return `${name} may sign in from ${addresses}, and send as ${allowedSenders.join(", ") || "everybody"}.`;
}

/** All values of a repeatable option; `undefined` when it was not given, which leaves the list as it is. */
function given(call: CliCall, option: string): string[] | undefined {
  const values = call.options(option);
  return values.length === 0 ? undefined : [...values];
}
