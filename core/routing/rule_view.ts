/** What operators see of a routing rule. */
import type { Relay } from "../relay/relay.ts";
import type { RoutingRule } from "./routing_rule.ts";

/** A rule, and where it stands. */
export interface RuleView extends RoutingRule {
  /** 1 is tried first. */
  readonly position: number;
  /** Why the rule is skipped, or why what it fits has to wait; `null` when all is well. */
  readonly problem: string | null;
}

/** The view of a rule that stands at `position`; `relay` is the one that it names, where there is one. */
export function viewRule(rule: RoutingRule, position: number, relay: Relay | undefined): RuleView {
  const { id, name, senders, recipients } = rule;
  const problem = whySkipped(rule, relay) ?? (relay === undefined ? null : whyWaiting(relay));
  return { id, name, position, senders, recipients, relay: rule.relay, problem };
}

/** Why a rule whose relay is this one is skipped, as a sentence; `null` when it is not. */
export function whySkipped(rule: RoutingRule, relay: Relay | undefined): string | null {
  if (relay === undefined) return `There is no relay ${rule.relay}, and the rule is skipped.`;
  return relay.enabled ? null : `The relay ${rule.relay} is disabled, and the rule is skipped.`;
}

/** Why what goes over `relay` can't go out now; `null` when it can. */
export function whyWaiting({ name, problem }: Relay): string | null {
  return problem === undefined
    ? null
    : `The relay ${name} can't be used: its mail is tried again until the retries are over. ${problem}`;
}
