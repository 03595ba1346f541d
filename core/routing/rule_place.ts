/** Places in the order of the rules, as operators name them. */
import { nearestName } from "../config/nearest.ts";
import { DispatchError } from "../error/mod.ts";
import type { RoutingRule } from "./routing_rule.ts";

/** Where a rule is to stand; one of them. */
export interface GivenPlace {
  /** 1 is tried first; more than there are rules is the last. */
  readonly position?: number;
  /** Name of the rule that it is to be tried right before. */
  readonly before?: string;
  /** Name of the rule that it is to be tried right after. */
  readonly after?: string;
}

/**
 * Index in `rules` before which a rule is to be put, or `null` when no place is given.
 *
 * @throws {DispatchError} `rule_unknown`, `rule_invalid` when more than one place is given
 */
export function findPlace(rules: readonly RoutingRule[], { position, before, after }: GivenPlace): number | null {
  const given = [position, before, after].filter((place) => place !== undefined);
  if (given.length > 1) {
    const violation = {
      key: "position",
      value: "more than one place",
      rule: "must be alone, without before and after",
    };
    throw new DispatchError("rule_invalid", { violations: [violation] });
  }
  if (before !== undefined) return rules.indexOf(requireRule(rules, before));
  if (after !== undefined) return rules.indexOf(requireRule(rules, after)) + 1;
  return position === undefined ? null : Math.min(position - 1, rules.length);
}

/** The rule of that name. @throws {DispatchError} `rule_unknown` */
export function requireRule(rules: readonly RoutingRule[], name: string): RoutingRule {
  const rule = rules.find((candidate) => candidate.name === name);
  if (rule !== undefined) return rule;
  const known = rules.map((candidate) => candidate.name);
  throw new DispatchError("rule_unknown", known.length === 0 ? { name } : { name, nearest: nearestName(name, known) });
}
