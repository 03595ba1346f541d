/** The life of routing rules: add, change, move, remove; and what they mean for a message. */
import { nearestName } from "../config/nearest.ts";
import { type ConfigViolation, DispatchError } from "../error/mod.ts";
import { Mutex } from "../lifecycle/mutex.ts";
import { checkName } from "../relay/relay_name.ts";
import type { RelayTableHolder } from "../relay/relay_table.ts";
import { type GivenPatterns, readPatterns } from "./pattern_list.ts";
import type { RoutingRule } from "./routing_rule.ts";
import { findPlace, type GivenPlace, requireRule } from "./rule_place.ts";
import type { RuleStore } from "./rule_store.ts";
import { type RuleView, viewRule } from "./rule_view.ts";
import { type RouteSimulation, simulateRoutes } from "./simulate_route.ts";

/** What an operator asks for when adding a rule. Without a place it is tried last. */
export interface NewRule extends GivenPlace {
  /** Unique; 1–64 letters, digits, `.`, `_`, `-`, the first a letter or digit. Default: `rule-` and a number. */
  readonly name?: string;
  /** Default: `*`. */
  readonly senders?: GivenPatterns;
  readonly recipients?: GivenPatterns;
  /** Name of a relay; it may be disabled for now. */
  readonly relay: string;
}

/** What an operator asks for when changing a rule; what is absent stays. */
export interface RuleChange extends Partial<Pick<NewRule, "senders" | "recipients" | "relay">> {
  readonly name: string;
}

/** What an operator asks for when moving a rule: one place. */
export interface RuleMove extends GivenPlace {
  readonly name: string;
}

/** What a {@link RoutingService} needs from its surroundings. */
export interface RoutingServiceOptions {
  readonly store: RuleStore;
  /** Gets the rules, and knows the relays. */
  readonly table: RelayTableHolder;
  /** Makes ids: `prefix` + 32 hex digits of a UUIDv7. */
  readonly uniqueId: (prefix: string) => string;
}

const maxRules = 10_000;

/** Pairs of a pattern of a sender and one of a recipient: what a compiled router takes memory for. */
const maxPairs = 100_000;

const noPlace: ConfigViolation = {
  key: "position",
  value: "nothing",
  rule: "must be set, or before or after with the name of another rule",
};

/** The routing rules of this Dispatch, in order. One change at a time; each is in force before it is answered. */
export class RoutingService {
  readonly #options: RoutingServiceOptions;
  readonly #changes = new Mutex();

  private constructor(options: RoutingServiceOptions) {
    this.#options = options;
  }

  /** Reads all rules from the store, and puts them in force. */
  static async open(options: RoutingServiceOptions): Promise<RoutingService> {
    const service = new RoutingService(options);
    await service.#load();
    return service;
  }

  /** All rules, in the order in which they are tried. */
  list(): RuleView[] {
    const relays = new Map(this.#options.table.current.relays.map((relay) => [relay.name, relay]));
    return this.#rules.map((rule, index) => viewRule(rule, index + 1, relays.get(rule.relay)));
  }

  /** Adds a rule. @throws {DispatchError} `rule_exists`, `rule_unknown`, `rules_too_many`, or `rule_invalid` with all violations */
  add(request: NewRule): Promise<RuleView> {
    return this.#change(async () => {
      const name = request.name ?? this.#spareName();
      if (this.#find(name) !== undefined) throw new DispatchError("rule_exists", { name });
      const blank = { id: this.#options.uniqueId("rul_"), name, senders: ["*"], recipients: ["*"], relay: "" };
      const rule = this.#revise(blank, request, checkName(name));
      this.#requireRoom([...this.#rules, rule]);
      await this.#options.store.insert(rule, findPlace(this.#rules, request) ?? this.#rules.length);
      return name;
    });
  }

  /** Changes a rule where it stands. @throws {DispatchError} `rule_unknown`, `rules_too_many`, `rule_invalid` */
  set(request: RuleChange): Promise<RuleView> {
    return this.#change(async () => {
      const stored = requireRule(this.#rules, request.name);
      const rule = this.#revise(stored, request);
      this.#requireRoom(this.#rules.map((other) => (other === stored ? rule : other)));
      await this.#options.store.change(rule);
      return rule.name;
    });
  }

  /** Puts a rule elsewhere in the order. @throws {DispatchError} `rule_unknown`, `rule_invalid` */
  move(request: RuleMove): Promise<RuleView> {
    return this.#change(async () => {
      const rule = requireRule(this.#rules, request.name);
      const others = this.#rules.filter((other) => other !== rule);
      const place = [request.before, request.after].includes(rule.name) ? null : findPlace(others, request);
      if (place === null) throw new DispatchError("rule_invalid", { violations: [noPlace] });
      await this.#options.store.move(rule.id, place);
      return rule.name;
    });
  }

  /** Removes a rule and returns what it was. @throws {DispatchError} `rule_unknown` */
  remove(name: string): Promise<RuleView> {
    return this.#changes.run(async () => {
      const rule = requireRule(this.#rules, name);
      const view = this.#view(name);
      await this.#options.store.remove(rule.id);
      await this.#load();
      return view;
    });
  }

  /** Where mail from `sender` to each of `recipients` would go now, and why. Addresses are normalised. */
  simulate(sender: string, recipients: readonly string[]): RouteSimulation[] {
    return simulateRoutes(this.#options.table.current, sender, recipients);
  }

  get #rules(): readonly RoutingRule[] {
    return this.#options.table.current.rules;
  }

  #change(act: () => Promise<string>): Promise<RuleView> {
    return this.#changes.run(async () => {
      const name = await act();
      await this.#load();
      return this.#view(name);
    });
  }

  async #load(): Promise<void> {
    this.#options.table.replace({ rules: await this.#options.store.list() });
  }

  /** The rule as `request` wants it. */
  #revise(stored: RoutingRule, request: Partial<NewRule>, others: readonly ConfigViolation[] = []): RoutingRule {
    const senders = readPatterns("senders", request.senders ?? stored.senders);
    const recipients = readPatterns("recipients", request.recipients ?? stored.recipients);
    const relay = request.relay ?? stored.relay;
    const violations = [
      ...others,
      ...senders.violations,
      ...recipients.violations,
      ...(request.relay === undefined ? [] : this.#checkRelay(relay)),
    ];
    if (violations.length > 0) throw new DispatchError("rule_invalid", { violations });
    return { ...stored, senders: senders.patterns, recipients: recipients.patterns, relay };
  }

  #checkRelay(name: string): ConfigViolation[] {
    const known = this.#options.table.current.relays.map((relay) => relay.name);
    if (known.includes(name)) return [];
    const nearest = known.length === 0 ? "" : `, such as ${nearestName(name, known)}`;
    return [{ key: "relay", value: JSON.stringify(name), rule: `must be the name of a relay${nearest}` }];
  }

  #requireRoom(rules: readonly RoutingRule[]): void {
    if (rules.length > maxRules) throw new DispatchError("rules_too_many", { what: "rules", max: maxRules });
    const pairs = rules.reduce((sum, { senders, recipients }) => sum + senders.length * recipients.length, 0);
    if (pairs > maxPairs) {
      const what = "pairs of a pattern for senders and one for recipients, in all rules together";
      throw new DispatchError("rules_too_many", { what, max: maxPairs });
    }
  }

  #view(name: string): RuleView {
    const index = this.#rules.findIndex((rule) => rule.name === name);
    const rule = this.#rules[index]!;
    return viewRule(
      rule,
      index + 1,
      this.#options.table.current.relays.find((relay) => relay.name === rule.relay),
    );
  }

  #find(name: string): RoutingRule | undefined {
    return this.#rules.find((rule) => rule.name === name);
  }

  /** One more than the highest number that a rule has for its name. */
  #spareName(): string {
    const numbers = this.#rules.map(({ name }) => Number(/^rule-([1-9]\d{0,8})$/.exec(name)?.[1] ?? 0));
    return `rule-${numbers.reduce((highest, number) => Math.max(highest, number), 0) + 1}`;
  }
}
