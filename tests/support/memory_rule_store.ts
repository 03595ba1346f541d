/** A store of routing rules in memory that obeys the contract. */

import type { RoutingRule } from "../../core/routing/routing_rule.ts";
import type { RuleStore } from "../../core/routing/rule_store.ts";

export class MemoryRuleStore implements RuleStore {
  rules: readonly RoutingRule[] = [];

  async list(): Promise<RoutingRule[]> {
    return [...this.rules];
  }

  async insert(rule: RoutingRule, place: number): Promise<void> {
    this.rules = this.rules.toSpliced(place, 0, rule);
  }

  async change(rule: RoutingRule): Promise<void> {
    this.rules = this.rules.map((other) => (other.id === rule.id ? rule : other));
  }

  async move(id: string, place: number): Promise<void> {
    const moved = this.rules.find((rule) => rule.id === id)!;
    await this.remove(id);
    await this.insert(moved, place);
  }

  async remove(id: string): Promise<void> {
    this.rules = this.rules.filter((rule) => rule.id !== id);
  }
}
