/** Says over which relay a recipient would be sent to, and why. */
import { fallbackOf } from "../relay/fallback.ts";
import type { Relay, RelayTable } from "../relay/relay.ts";
import { fittingPatterns } from "./domain_pattern.ts";
import type { RoutingRule } from "./routing_rule.ts";
import { whySkipped, whyWaiting } from "./rule_view.ts";

/** Where the mail for one recipient would go now. */
export interface RouteSimulation {
  readonly recipient: string;
  /** Name of the relay; `null` when no relay can be used. */
  readonly relay: string | null;
  /** Name of the rule that chose it; `null` is the default relay. */
  readonly rule: string | null;
  /** One or two sentences. */
  readonly reason: string;
  /** Rules before it that fit and are skipped all the same: the first 100. */
  readonly skipped: readonly { readonly rule: string; readonly reason: string }[];
  /** What takes over when all attempts have failed for so long; `null` is none. */
  readonly fallback: {
    /** The fallback; one that can't be used has its own stand in for it, where it has any. */
    readonly relay: string;
    readonly afterSeconds: number;
    /** Why nothing would take over; `null` when this relay would. */
    readonly problem: string | null;
  } | null;
}

/** A rule that fits the sender and the recipient, by which patterns, and its relay. */
interface Fit {
  readonly rule: RoutingRule;
  readonly relay: Relay | undefined;
  readonly sender: string;
  readonly recipient: string;
}

const maxSkipped = 100;

/**
 * Reads the rules one by one, as an operator would, and tells each of `recipients` where the mail from `sender` would go: the
 * same as a compiled router finds by its maps. Addresses are normalised; `""` is the null sender.
 */
export function simulateRoutes(table: RelayTable, sender: string, recipients: readonly string[]): RouteSimulation[] {
  const relays = new Map(table.relays.map((relay) => [relay.name, relay]));
  const senderPatterns = new Set(fittingPatterns(sender));
  const candidates = table.rules.flatMap((rule) => {
    const pattern = rule.senders.find((candidate) => senderPatterns.has(candidate));
    return pattern === undefined ? [] : [{ rule, relay: relays.get(rule.relay), sender: pattern }];
  });
  return recipients.map((recipient) => {
    const patterns = new Set(fittingPatterns(recipient));
    const skipped: RouteSimulation["skipped"][number][] = [];
    for (const candidate of candidates) {
      const pattern = candidate.rule.recipients.find((other) => patterns.has(other));
      if (pattern === undefined) continue;
      const reason = whySkipped(candidate.rule, candidate.relay);
      if (reason === null) return byRule(relays, recipient, { ...candidate, recipient: pattern }, skipped);
      if (skipped.length < maxSkipped) skipped.push({ rule: candidate.rule.name, reason });
    }
    return byDefault(relays, recipient, skipped);
  });
}

type Relays = ReadonlyMap<string, Relay>;
type Skipped = RouteSimulation["skipped"];

function byRule(relays: Relays, address: string, { rule, relay, ...fit }: Fit, skipped: Skipped): RouteSimulation {
  const first = skipped.length === 0 ? "The first rule that fits" : "The first rule that fits and is not skipped";
  const reason = `${first} is ${rule.name}: sender ${fit.sender}, recipient ${fit.recipient}.`;
  return { ...describe(relays, address, relay, reason), rule: rule.name, skipped };
}

function byDefault(relays: Relays, address: string, skipped: Skipped): RouteSimulation {
  const relay = [...relays.values()].find(({ isDefault, enabled }) => isDefault && enabled);
  const what =
    relay === undefined
      ? "there is no default relay: the mail is tried again until the retries are over"
      : `${relay.name} is the default relay`;
  const none = skipped.length === 0 ? "No rule fits" : "Each rule that fits is skipped";
  return { ...describe(relays, address, relay, `${none}, and ${what}.`), rule: null, skipped };
}

function describe(relays: Relays, recipient: string, relay: Relay | undefined, reason: string) {
  const waiting = relay === undefined ? null : whyWaiting(relay);
  return {
    recipient,
    relay: relay?.name ?? null,
    reason: waiting === null ? reason : `${reason} ${waiting}`,
    fallback: relay === undefined ? null : takeoverOf(relays, relay),
  };
}

function takeoverOf(relays: Relays, relay: Relay): RouteSimulation["fallback"] {
  if (relay.fallback === null) return null;
  const next = fallbackOf(relay, { relayNamed: (name) => relays.get(name) });
  const problem = next === null ? whyNoFallback(relay.fallback, relays.get(relay.fallback)) : null;
  return { relay: next?.name ?? relay.fallback, afterSeconds: relay.fallbackAfterSeconds, problem };
}

function whyNoFallback(name: string, relay: Relay | undefined): string | null {
  if (relay === undefined) return `There is no relay ${name}.`;
  return relay.enabled ? whyWaiting(relay) : `The relay ${name} is disabled.`;
}
