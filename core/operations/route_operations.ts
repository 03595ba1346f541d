/** Routing rules: add, list, set, move, remove, simulate. */
import { z } from "zod";
import { parsePath } from "../mail/address.ts";
import { maxPatterns } from "../routing/pattern_list.ts";
import type { RuleView } from "../routing/rule_view.ts";
import { mailbox, text, wholeNumber } from "./input.ts";
import { defineOperation } from "./operation.ts";
import type { OperationContext } from "./operation_context.ts";

/** Recipients that one simulation is asked about. */
const maxRecipients = 100;

const name = text(200);
const relay = text(200);

const patternsRule = `must be a comma list or a list of 1 to ${maxPatterns} patterns such as example.org, *.example.org or *`;
const patternText = (max: number) => z.string({ error: patternsRule }).max(max, { error: patternsRule });
const patternList = z.array(patternText(300)).min(1, { error: patternsRule }).max(maxPatterns, { error: patternsRule });
const patterns = z
  .union([patternText(65_536), patternList.readonly()], { error: patternsRule })
  .meta({ examples: ["example.org, *.example.org", ["example.org"]] });

/** Which mail a rule is about. */
const about = { senders: patterns.exactOptional(), recipients: patterns.exactOptional() };

/** Where a rule stands. */
const place = {
  position: wholeNumber(1, 10_000).exactOptional(),
  before: name.exactOptional(),
  after: name.exactOptional(),
};

const mailboxesRule = `must be an address such as you@example.org, or a list of 1 to ${maxRecipients}`;
const mailboxes = z.array(mailbox).min(1, { error: mailboxesRule }).max(maxRecipients, { error: mailboxesRule });

const sender = z
  .string()
  .meta({ examples: ["app@example.org", ""] })
  .transform((value, refinement) => {
    const address = value === "" || value === "<>" ? "" : parsePath(value);
    if (address !== null) return address;
    refinement.addIssue({ code: "custom", message: "must be an address such as app@example.org, or empty" });
    return z.NEVER;
  });

const routeAdd = defineOperation({
  name: "route.add",
  summary: "Add a routing rule, after all others unless a place is named",
  input: z.strictObject({ name: name.exactOptional(), ...about, relay, ...place }),
  run: async ({ routing }, input) => routing.add(input),
  audit: {
    event: "route.added",
    subject: (input) => input.name ?? null,
    after: (_context, _input, rule) => rule,
  },
});

const routeList = defineOperation({
  name: "route.list",
  summary: "List the routing rules in the order in which they are tried",
  input: z.strictObject({}),
  run: async ({ routing }) => routing.list(),
  audit: null,
});

const routeSet = defineOperation({
  name: "route.set",
  summary: "Change which mail a routing rule is about, or its relay; takes effect with the next delivery",
  input: z.strictObject({ name, ...about, relay: relay.exactOptional() }),
  run: async ({ routing }, input) => routing.set(input),
  audit: {
    event: "route.changed",
    subject: (input) => input.name,
    before: ruleNamed,
    after: (_context, _input, rule) => rule,
  },
});

const routeMove = defineOperation({
  name: "route.move",
  summary: "Move a routing rule within the order",
  input: z.strictObject({ name, ...place }),
  run: async ({ routing }, input) => routing.move(input),
  audit: {
    event: "route.moved",
    subject: (input) => input.name,
    before: ruleNamed,
    after: (_context, _input, rule) => rule,
  },
});

const routeRemove = defineOperation({
  name: "route.remove",
  summary: "Remove a routing rule",
  input: z.strictObject({ name }),
  run: async ({ routing }, input) => routing.remove(input.name),
  audit: {
    event: "route.removed",
    subject: (input) => input.name,
    before: ruleNamed,
  },
});

const routeSimulate = defineOperation({
  name: "route.simulate",
  summary: "Say over which relay a message would go, and why",
  input: z.strictObject({
    from: sender,
    to: z.union([mailbox, mailboxes], { error: mailboxesRule }),
  }),
  async run({ routing }, { from, to }) {
    const simulations = routing.simulate(from, [to].flat());
    return typeof to === "string" ? simulations[0]! : simulations;
  },
  audit: null,
});

/** The operations on routing rules. */
export const routeOperations = [routeAdd, routeList, routeSet, routeMove, routeRemove, routeSimulate] as const;

/** The rule as operators see it; nothing where there is none. */
function ruleNamed({ routing }: OperationContext, input: { readonly name: string }): RuleView | undefined {
  return routing.list().find((rule) => rule.name === input.name);
}
