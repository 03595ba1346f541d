/** Over which relay each recipient of a message goes now: by the rules, or to the fallback of a relay that fails. */
import type { Router } from "../routing/router.ts";
import type { SpoolRecipient } from "../spool/mod.ts";
import { fallbackOf, isOut, isUsable, takeoverAtMs } from "./fallback.ts";
import type { Relay } from "./relay.ts";
import type { RelayHealth } from "./relay_health.ts";

/** Recipients of one message that go over one relay. */
export interface Leg {
  /** `null` when no relay can be used. */
  readonly relay: Relay | null;
  /** Name of the rule that chose it, or the relay that it takes over from; `null` is the default. */
  readonly rule: string | null;
  readonly recipients: readonly SpoolRecipient[];
  /** Whether it has taken over from the relay that was chosen. */
  readonly isFallback: boolean;
}

/** What {@link planLegs} goes by. */
export interface PlanOptions {
  readonly router: Router;
  readonly health: RelayHealth;
  readonly nowMs: number;
  /** Whether this message may try a failing relay that has a fallback, so that its recovery is seen. */
  readonly mayProbe: (relay: Relay) => boolean;
}

/** The legs on which a message from `sender` reaches `recipients`. */
export function planLegs(sender: string, recipients: readonly SpoolRecipient[], options: PlanOptions): Leg[] {
  if (recipients.length === 0) return [];
  return options.router.route(sender, recipients).flatMap((route): Leg[] => {
    const hasFallback = route.relay !== null && route.relay.fallback !== null;
    if (!hasFallback && route.recipients.every(({ fallback }) => fallback === undefined))
      return [{ ...route, isFallback: false }];
    const stayOrMove = chooser(route.relay, options);
    const fallbacks = new Map<Relay | null, SpoolRecipient[]>();
    for (const recipient of route.recipients) {
      const relay = stayOrMove(recipient);
      fallbacks.set(relay, [...(fallbacks.get(relay) ?? []), recipient]);
    }
    return [...fallbacks].map(([fallback, moved]) => ({
      relay: fallback ?? route.relay,
      rule: route.rule,
      recipients: moved,
      isFallback: fallback !== null,
    }));
  });
}

/** Names the fallback that a recipient goes to, or `null` for one that goes over `relay`. */
function chooser(relay: Relay | null, options: PlanOptions): (recipient: SpoolRecipient) => Relay | null {
  const { router, health, nowMs, mayProbe } = options;
  const fallback = relay === null ? null : fallbackOf(relay, router);
  let probes: boolean | undefined;
  return (recipient) => {
    const taken = recipient.fallback === undefined ? undefined : router.relayNamed(recipient.fallback);
    if (taken !== undefined && isUsable(taken)) return taken;
    if (relay === null || fallback === null) return null;
    const { failingSinceMs } = recipient;
    if (failingSinceMs !== undefined && takeoverAtMs(relay, health, failingSinceMs) <= nowMs) return fallback;
    if (!isOut(relay, health, nowMs)) return null;
    probes ??= mayProbe(relay);
    return probes ? null : fallback;
  };
}
