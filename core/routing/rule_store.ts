/** Where routing rules are stored. */
import type { RoutingRule } from "./routing_rule.ts";

/** Where routing rules are stored, in their order. Each change is made whole or not at all. */
export interface RuleStore {
  /** All rules, the first one first. */
  list(): Promise<RoutingRule[]>;
  /** Adds `rule` at `place`, from 0, before the one that is there. */
  insert(rule: RoutingRule, place: number): Promise<void>;
  /** Replaces the rule with this id, where it stands. */
  change(rule: RoutingRule): Promise<void>;
  /** Takes a rule out of the order and puts it at `place` of what remains. */
  move(id: string, place: number): Promise<void>;
  remove(id: string): Promise<void>;
}
