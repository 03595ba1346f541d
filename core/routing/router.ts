/** Decides over which relay each recipient of a message goes. */
import type { Relay, RelayTable } from "../relay/relay.ts";
import { fittingPatterns } from "./domain_pattern.ts";
import type { RoutingRule } from "./routing_rule.ts";

/** Recipients of one message that go over the same relay by the same rule. */
export interface Route<Recipient> {
  /** `null` when no relay can be used. */
  readonly relay: Relay | null;
  /** Name of the rule that chose it; `null` is the default. */
  readonly rule: string | null;
  readonly recipients: readonly Recipient[];
}

/** A table of relays and rules, made ready for looking things up in it. */
export interface Router {
  /**
   * Groups the recipients of a message by the first rule that fits `sender` and them, in the order in which the groups
   * came up; those that no rule fits go over the default relay. Addresses are normalised, as envelopes hold them; `""` is
   * the null sender. Rules whose relay is gone or disabled are passed over.
   */
  route<Recipient extends { readonly address: string }>(
    sender: string,
    recipients: readonly Recipient[],
  ): Route<Recipient>[];
  /** The relay of that name, be it enabled or not. */
  relayNamed(name: string): Relay | undefined;
}

/** What is chosen for a recipient. */
type Choice = Pick<Route<unknown>, "relay" | "rule">;

/** For each pattern of a sender, each pattern of a recipient: the place of the first rule that has both. */
type Places = ReadonlyMap<string, ReadonlyMap<string, number>>;

/**
 * Makes `table` ready: once for each table, since this reads all rules. Looking up a recipient afterwards takes as many steps
 * as sender and recipient have labels in their domains, however many rules there are.
 */
export function compileRouter({ relays, rules }: RelayTable): Router {
  const byName = new Map(relays.map((relay) => [relay.name, relay]));
  const inForce = rules.filter(({ relay }) => byName.get(relay)?.enabled === true);
  const places = placesOf(inForce);
  const byDefault: Choice = {
    relay: relays.find(({ isDefault, enabled }) => isDefault && enabled) ?? null,
    rule: null,
  };
  const choices = inForce.map(({ name, relay }): Choice => ({ relay: byName.get(relay) ?? null, rule: name }));
  return {
    route(sender, recipients) {
      if (inForce.length === 0) return [{ ...byDefault, recipients }];
      const candidates = fittingPatterns(sender).flatMap((pattern) => places.get(pattern) ?? []);
      if (candidates.length === 0) return [{ ...byDefault, recipients }];
      return groupBy(recipients, ({ address }) => choices[firstPlace(candidates, address)] ?? byDefault);
    },
    relayNamed: (name) => byName.get(name),
  };
}

function placesOf(rules: readonly RoutingRule[]): Places {
  const places = new Map<string, Map<string, number>>();
  for (const [place, { senders, recipients }] of rules.entries()) {
    for (const sender of senders) {
      const ofSender = places.get(sender) ?? new Map<string, number>();
      places.set(sender, ofSender);
      for (const recipient of recipients) if (!ofSender.has(recipient)) ofSender.set(recipient, place);
    }
  }
  return places;
}

/** Place of the first rule that fits; `Infinity` when none does. */
function firstPlace(candidates: readonly ReadonlyMap<string, number>[], address: string): number {
  let first = Number.POSITIVE_INFINITY;
  for (const pattern of fittingPatterns(address)) {
    for (const places of candidates) first = Math.min(first, places.get(pattern) ?? first);
  }
  return first;
}

function groupBy<Recipient>(
  recipients: readonly Recipient[],
  choose: (recipient: Recipient) => Choice,
): Route<Recipient>[] {
  const groups = new Map<Choice, Recipient[]>();
  for (const recipient of recipients) {
    const choice = choose(recipient);
    const group = groups.get(choice);
    if (group === undefined) groups.set(choice, [recipient]);
    else group.push(recipient);
  }
  return [...groups].map(([choice, group]) => ({ ...choice, recipients: group }));
}
