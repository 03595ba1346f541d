/** `dispatch relay …` */
import type { ProviderView } from "../../../core/relay/provider_view.ts";
import type { RelayView } from "../../../core/relay/relay_view.ts";
import type { CliCall, CliOption } from "../cli_command.ts";
import { readTypedSettings, typedSettingOptions } from "../given_values.ts";
import { operationCommand } from "../operation_command.ts";
import { display } from "../printable.ts";
import { factLines, textTable } from "../text_table.ts";
import { relayTestCommand } from "./relay_test_command.ts";

const nameArgument = { name: "NAME", summary: "name of the relay" };

const settingOptions: readonly CliOption[] = [
  ...typedSettingOptions,
  { flags: "--concurrency N", summary: "concurrent deliveries, 1 to 32 (default: 4)" },
  { flags: "--max-message-bytes N", summary: "largest message that it is given; none leaves that to the provider" },
  { flags: "--fallback NAME", summary: "relay that takes over when this one fails; none for none" },
  {
    flags: "--fallback-after SECONDS",
    summary: "how long all attempts must have failed before it does (default: 300)",
  },
];

/** The commands on relays. */
export const relayCommands = [
  operationCommand({
    operation: "provider.list",
    words: ["relay", "providers"],
    input: () => ({}),
    print: (providers) => providers.map(describeProvider).join("\n\n"),
  }),
  operationCommand({
    operation: "relay.add",
    arguments: [nameArgument],
    options: [
      { flags: "--provider P", summary: "as in: dispatch relay providers", required: true },
      ...settingOptions,
      { flags: "--default", summary: "make it the default relay" },
    ],
    input: async (call) => ({
      name: call.argument("NAME"),
      provider: call.option("provider") ?? "",
      ...typedLimits(call),
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
      ...typedLimits(call),
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
    print: (relay) => `${relay.name} is disabled.${skippedRules(relay)}`,
  }),
  operationCommand({
    operation: "relay.remove",
    arguments: [nameArgument],
    input: (call) => ({ name: call.argument("NAME") }),
    print: (relay) => `${relay.name} is removed.${skippedRules(relay)}`,
  }),
  relayTestCommand,
];

function typedLimits(call: CliCall) {
  return {
    concurrency: call.option("concurrency"),
    maxMessageBytes: orNone(call.option("max-message-bytes")),
    fallback: orNone(call.option("fallback")),
    fallbackAfterSeconds: call.option("fallback-after"),
  };
}

function orNone(value: string | undefined): string | null | undefined {
  return value === "none" ? null : value;
}

function skippedRules({ ruleCount }: RelayView): string {
  if (ruleCount === 0) return "";
  const rules = ruleCount === 1 ? "One routing rule names it and is" : `${ruleCount} routing rules name it and are`;
  return ` ${rules} skipped: see dispatch route list.`;
}

function describeRelay(relay: RelayView): string {
  const { fallback, fallbackAfterSeconds } = relay;
  return factLines({
    name: relay.name,
    provider: relay.summary === null ? relay.provider : `${relay.provider} (${relay.summary})`,
    documentation: relay.documentation ?? undefined,
    state: stateOf(relay),
    default: relay.default ? "yes" : "no",
    concurrency: relay.concurrency,
    "max message bytes": relay.maxMessageBytes,
    fallback: fallback === null ? null : `${fallback}, after ${fallbackAfterSeconds} seconds`,
    "routing rules": relay.ruleCount,
    ...relay.settings,
  });
}

function describeProvider({ name, settings, ...rest }: ProviderView): string {
  const facts = factLines({
    provider: name,
    summary: rest.summary,
    documentation: rest.documentation ?? undefined,
    "max message bytes": rest.maxMessageBytes ?? undefined,
  });
  if (settings.length === 0) return facts;
  const rows = settings.map((setting) => [
    setting.name,
    [setting.required ? "required" : "optional", ...(setting.secret ? ["secret"] : [])].join(", "),
    setting.default,
    setting.choices === null ? setting.summary : `${setting.summary} (one of ${setting.choices.join(", ")})`,
  ]);
  return `${facts}\n\n${textTable(["SETTING", "IS", "DEFAULT", "MEANING"], rows, "")}`;
}

function stateOf({ enabled, problem }: RelayView): string {
  if (problem !== null) return `unusable: ${display(problem)}`;
  return enabled ? "enabled" : "disabled";
}
