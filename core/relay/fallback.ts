/** Which relay takes over from one that fails, and when. */
import type { Router } from "../routing/router.ts";
import type { Relay } from "./relay.ts";
import type { RelayHealth } from "./relay_health.ts";

/**
 * The relay that takes over from `relay`, or `null` when there is none. One that can't be used is passed over: its own
 * fallback stands in for it, unless that leads back to where mail has failed already.
 */
export function fallbackOf(relay: Relay, router: Pick<Router, "relayNamed">): Relay | null {
  const passed = new Set([relay.name]);
  let name = relay.fallback;
  while (name !== null && !passed.has(name)) {
    passed.add(name);
    const candidate = router.relayNamed(name);
    if (candidate !== undefined && isUsable(candidate)) return candidate;
    name = candidate?.fallback ?? null;
  }
  return null;
}

/** Whether mail can be sent over it. */
export function isUsable({ enabled, problem }: Relay): boolean {
  return enabled && problem === undefined;
}

/** Whether new mail for `relay` goes to its fallback at once: it has failed for as long as the relay says. */
export function isOut(relay: Relay, health: RelayHealth, nowMs: number): boolean {
  return health.failingSinceMs(relay) !== null && takeoverAtMs(relay, health, nowMs) <= nowMs;
}

/**
 * When the fallback of `relay` takes over a recipient that has met only temporary failures since `failingSinceMs`, if the
 * relay has one: as long after that as the relay says, or sooner when the relay has failed for longer.
 */
export function takeoverAtMs(relay: Relay, health: RelayHealth, failingSinceMs: number): number {
  const sinceMs = Math.min(failingSinceMs, health.failingSinceMs(relay) ?? failingSinceMs);
  return sinceMs + relay.fallbackAfterSeconds * 1000;
}
