/** A routing rule; what a test does not name fits all mail. */
import type { RoutingRule } from "../../core/routing/routing_rule.ts";

/** The rule `name`, which sends all mail over `relay`. */
export function sampleRule(name: string, relay: string, overrides: Partial<RoutingRule> = {}): RoutingRule {
  return { id: `rul_${name}`, name, senders: ["*"], recipients: ["*"], relay, ...overrides };
}
