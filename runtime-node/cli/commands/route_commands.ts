/** `dispatch route …` */
import type { RuleView } from "../../../core/routing/rule_view.ts";
import type { RouteSimulation } from "../../../core/routing/simulate_route.ts";
import type { CliCall, CliOption } from "../cli_command.ts";
import { operationCommand } from "../operation_command.ts";
import { display } from "../printable.ts";
import { factLines, textTable } from "../text_table.ts";

const nameArgument = { name: "NAME", summary: "name of the rule" };

const patterns = "example.org, *.example.org for all below it, * for all, or a comma list";
const aboutOptions: readonly CliOption[] = [
  { flags: "--sender PATTERN", summary: `domains of senders: ${patterns}`, repeatable: true },
  { flags: "--recipient PATTERN", summary: "domains of recipients, likewise", repeatable: true },
];
const placeOptions: readonly CliOption[] = [
  { flags: "--position N", summary: "place in the order; 1 is tried first" },
  { flags: "--before RULE", summary: "right before that rule" },
  { flags: "--after RULE", summary: "right after that rule" },
];

/** The commands on routing rules. */
export const routeCommands = [
  operationCommand({
    operation: "route.add",
    options: [
      ...aboutOptions,
      { flags: "--relay NAME", summary: "relay that takes this mail", required: true },
      { flags: "--name N", summary: "name of the rule (default: rule- and a number)" },
      ...placeOptions,
    ],
    input: (call) => ({ name: call.option("name"), relay: call.option("relay") ?? "", ...about(call), ...place(call) }),
    print: describeRule,
  }),
  operationCommand({
    operation: "route.list",
    input: () => ({}),
    print: (rules) =>
      textTable(
        ["", "NAME", "SENDERS", "RECIPIENTS", "RELAY", "PROBLEM"],
        rules.map((rule) => [
          rule.position,
          rule.name,
          rule.senders.join(", "),
          rule.recipients.join(", "),
          rule.relay,
          rule.problem,
        ]),
        "There is no rule: all mail goes over the default relay.",
      ),
  }),
  operationCommand({
    operation: "route.set",
    arguments: [nameArgument],
    options: [...aboutOptions, { flags: "--relay NAME", summary: "relay that takes this mail" }],
    input: (call) => ({ name: call.argument("NAME"), relay: call.option("relay"), ...about(call) }),
    print: describeRule,
  }),
  operationCommand({
    operation: "route.move",
    arguments: [nameArgument],
    options: placeOptions,
    input: (call) => ({ name: call.argument("NAME"), ...place(call) }),
    print: ({ name, position }) => `${name} is rule ${position} now.`,
  }),
  operationCommand({
    operation: "route.remove",
    arguments: [nameArgument],
    input: (call) => ({ name: call.argument("NAME") }),
    print: ({ name }) => `${name} is removed.`,
  }),
  operationCommand({
    operation: "route.simulate",
    options: [
      { flags: "--from A", summary: 'sender of the message; "" is the null sender', required: true },
      { flags: "--to B", summary: "recipient of the message", required: true, repeatable: true },
    ],
    input(call) {
      const to = [...call.options("to")];
      return { from: call.option("from") ?? "", to: to.length === 1 ? to[0]! : to };
    },
    print: (simulations) => [simulations].flat().map(describeSimulation).join("\n\n"),
  }),
];

function about(call: CliCall) {
  return { senders: given(call, "sender"), recipients: given(call, "recipient") };
}

function place(call: CliCall) {
  return { position: call.option("position"), before: call.option("before"), after: call.option("after") };
}

function given(call: CliCall, option: string): readonly string[] | undefined {
  const values = call.options(option);
  return values.length === 0 ? undefined : values;
}

function describeRule({ id, senders, recipients, problem, ...rest }: RuleView): string {
  return factLines({
    ...rest,
    senders: senders.join(", "),
    recipients: recipients.join(", "),
    problem: problem ?? undefined,
  });
}

function describeSimulation({ recipient, relay, rule, reason, skipped, fallback }: RouteSimulation): string {
  return factLines({
    recipient,
    relay,
    rule: rule ?? "none: the default relay",
    reason,
    skipped: skipped.length === 0 ? undefined : skipped.map((other) => `${other.rule}: ${other.reason}`).join(" "),
    fallback: fallback === null ? undefined : describeFallback(fallback),
  });
}

function describeFallback({ relay, afterSeconds, problem }: NonNullable<RouteSimulation["fallback"]>): string {
  const when = `${relay}, when all attempts have failed for ${afterSeconds} seconds`;
  return problem === null ? when : `${when}. ${display(problem)}`;
}
