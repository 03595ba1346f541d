/** `dispatch config …` */
import type { ConfigView } from "../../../core/config/mask.ts";
import { readGivenValue } from "../given_values.ts";
import { operationCommand } from "../operation_command.ts";
import { printable } from "../printable.ts";
import { factLines, textTable } from "../text_table.ts";

const keyArgument = { name: "KEY", summary: "setting, such as listener.ports" };

const whenInForce = {
  live: "It is in force.",
  rebind: "It is in force.",
  restart: "It is in force from the next start on.",
} as const;

/** The commands on settings. */
export const configCommands = [
  operationCommand({
    operation: "config.list",
    input: () => ({}),
    print: (views) =>
      textTable(
        ["KEY", "VALUE", "SOURCE"],
        views.map((view) => [view.key, showValue(view.value), view.source]),
        "",
      ),
  }),
  operationCommand({
    operation: "config.get",
    arguments: [keyArgument],
    input: (call) => ({ key: call.argument("KEY") }),
    print: (view) => `${line(view)}\n${factLines(describe(view))}`,
  }),
  operationCommand({
    operation: "config.set",
    arguments: [keyArgument, { name: "VALUE", summary: "JSON, a bare word or a comma list; - reads standard input" }],
    input: async (call) => {
      const key = call.argument("KEY");
      return { values: { [key]: await readGivenValue(call.io, key, call.argument("VALUE")) } };
    },
    toJson: ([view]) => view,
    print: ([view]) => announce(view!),
    notice: ([view]) => view?.notes?.map(printable).join("\n"),
  }),
  operationCommand({
    operation: "config.unset",
    arguments: [keyArgument],
    input: (call) => ({ key: call.argument("KEY") }),
    print: announce,
  }),
];

function announce(view: ConfigView): string {
  return `${line(view)}\n${whenInForce[view.effect]}`;
}

function line({ key, value }: ConfigView): string {
  return `${key} = ${showValue(value)}`;
}

function showValue(value: unknown): string {
  return typeof value === "string" && value !== "" ? printable(value) : printable(JSON.stringify(value));
}

function describe(view: ConfigView): Record<string, unknown> {
  return {
    summary: view.summary,
    rule: view.rule,
    unit: view.unit ?? undefined,
    "0 means": view.zeroMeans ?? undefined,
    default: showValue(view.default),
    source: view.source,
    variable: view.variable,
  };
}
