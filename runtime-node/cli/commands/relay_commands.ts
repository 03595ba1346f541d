/** `dispatch relay …` */
import type { RelayView } from "../../../core/relay/relay_view.ts";
import type { CliOption } from "../cli_command.ts";
import { readTypedSettings } from "../given_values.ts";
import { operationCommand } from "../operation_command.ts";
import { display, printable } from "../printable.ts";
import { factLines, textTable } from "../text_table.ts";

const nameArgument = { name: "NAME", summary: "name of the relay" };

const settingOptions: readonly CliOption[] = [
  { flags: "--set SETTING=VALUE", summary: "a setting; - as value asks, or reads standard input", repeatable: true },
  { flags: "--secret-file SETTING=FILE", summary: "a setting whose value is in a file", repeatable: true },
  { flags: "--concurrency N", summary: "concurrent deliveries, 1 to 32 (default: 4)" },
];

/** The commands on relays. */
export const relayCommands = [
  operationCommand({
    operation: "relay.add",
    arguments: [nameArgument],
    options: [
      { flags: "--provider P", summary: "smtp, or local for the local inbox", required: true },
      ...settingOptions,
      { flags: "--default", summary: "make it the default relay" },
    ],
    input: async (call) => ({
      name: call.argument("NAME"),
      provider: call.option("provider") ?? "",
      concurrency: call.option("concurrency"),
      default: call.has("default"),
      ...(await readTypedSettings(call)),
    }),
    print: describeRelay,
  }),
  operationCommand({
    operation: "relay.list",
    input: () => ({}),
    print: (relays) =>
      textTable(
        ["NAME", "PROVIDER", "STATE", "DEFAULT", "HOST"],
        relays.map((relay) => [
          relay.name,
          relay.provider,
          stateOf(relay),
          relay.default ? "yes" : "",
          relay.settings.host,
        ]),
        "There is no relay.",
      ),
  }),
  operationCommand({
    operation: "relay.show",
    arguments: [nameArgument],
    input: (call) => ({ name: call.argument("NAME") }),
    print: describeRelay,
  }),
  operationCommand({
    operation: "relay.set",
    arguments: [nameArgument],
    options: settingOptions,
    input: async (call) => ({
      name: call.argument("NAME"),
      concurrency: call.option("concurrency"),
      ...(await readTypedSettings(call)),
    }),
    print: describeRelay,
  }),
  operationCommand({
    operation: "relay.set-default",
    arguments: [nameArgument],
    input: (call) => ({ name: call.argument("NAME") }),
    print: ({ name }) => `${name} is the default relay.`,
  }),
  operationCommand({
    operation: "relay.enable",
    arguments: [nameArgument],
    input: (call) => ({ name: call.argument("NAME") }),
    print: ({ name }) => `${name} is enabled.`,
  }),
  operationCommand({
    operation: "relay.disable",
    arguments: [nameArgument],
    input: (call) => ({ name: call.argument("NAME") }),
    print: ({ name }) => `${name} is disabled.`,
  }),
  operationCommand({
    operation: "relay.remove",
    arguments: [nameArgument],
    input: (call) => ({ name: call.argument("NAME") }),
    print: ({ name }) => `${name} is removed.`,
  }),
  operationCommand({
    operation: "relay.test",
    arguments: [nameArgument],
    options: [
      { flags: "--from A", summary: "sender of the test message", required: true },
      { flags: "--to B", summary: "recipient of the test message", required: true },
    ],
    input: (call) => ({
      name: call.argument("NAME"),
      from: call.option("from") ?? "",
      to: call.option("to") ?? "",
    }),
    print: ({ ok, transcript }) =>
      [...transcript.map(printable), ok ? "The relay took the message." : "The relay did not take the message."].join(
        "\n",
      ),
    exitCode: ({ ok }) => (ok ? 0 : 1),
  }),
];

function describeRelay(relay: RelayView): string {
  return factLines({
    name: relay.name,
    provider: relay.provider,
    state: stateOf(relay),
    default: relay.default ? "yes" : "no",
    concurrency: relay.concurrency,
    ...relay.settings,
  });
}

function stateOf({ enabled, problem }: RelayView): string {
  if (problem !== null) return `unusable: ${display(problem)}`;
  return enabled ? "enabled" : "disabled";
}
