/** Where mail goes, as of now: the table of relays, how they fare, and the lanes in which the spool keeps what waits. */
import { compileRouter, type Router } from "../routing/router.ts";
import type { SpoolEntry, SpoolRecipient } from "../spool/mod.ts";
import { fallbackOf, isOut, takeoverAtMs } from "./fallback.ts";
import { type Leg, planLegs } from "./plan_legs.ts";
import type { Relay, RelayTable } from "./relay.ts";
import { RelayHealth } from "./relay_health.ts";

/** The plan that one courier goes by. */
export class RoutePlan {
  readonly health = new RelayHealth();
  /** Tells this run from those before it. */
  readonly #run: string;
  #table: RelayTable;
  #router: Router;
  #version = 0;

  constructor(table: RelayTable, run: string) {
    this.#run = run;
    this.#table = table;
    this.#router = compileRouter(table);
  }

  /** Goes by `table` from now on; whether that is a change. */
  follow(table: RelayTable): boolean {
    if (table === this.#table) return false;
    this.health.follow(this.#table.relays, table.relays);
    this.#table = table;
    this.#router = compileRouter(table);
    this.#version++;
    return true;
  }

  /** Whether all mail goes over one relay, come what may. */
  get hasOneWay(): boolean {
    const { relays, rules } = this.#table;
    const chosen = new Set(rules.map(({ relay }) => relay));
    const ways = relays.filter(({ isDefault, enabled, name }) => enabled && (isDefault || chosen.has(name)));
    return ways.length <= 1 && ways.every(({ fallback }) => fallback === null);
  }

  /** The legs on which a message goes to those of its recipients that are due. */
  legsOf({ sender, recipients }: SpoolEntry, nowMs: number): Leg[] {
    const due = recipients.filter(({ state, dueAtMs }) => state === "pending" && (dueAtMs ?? nowMs) <= nowMs);
    return planLegs(sender, due, {
      router: this.#router,
      health: this.health,
      nowMs,
      mayProbe: (relay) => this.health.mayProbe(relay, nowMs),
    });
  }

  /** The relays that those recipients would go over at `atMs`. */
  relaysOf(sender: string, recipients: readonly SpoolRecipient[], atMs: number): Set<Relay | null> {
    const options = { router: this.#router, health: this.health, nowMs: atMs, mayProbe: () => false };
    return new Set(planLegs(sender, recipients, options).map(({ relay }) => relay));
  }

  /** Where mail waits for `relay`; another place after each change of the table and each start, so that it is routed anew. */
  laneOf({ id }: Relay): string {
    return `${id}/${this.#run}.${this.#version}`;
  }

  /** The relay that new mail for `relay` goes over: its fallback while it fails, or itself. */
  standInFor(relay: Relay, nowMs: number): Relay {
    return (isOut(relay, this.health, nowMs) ? fallbackOf(relay, this.#router) : null) ?? relay;
  }

  /** When the fallback takes over who has failed over `relay` since then; `null` where there is none. */
  takeoverAtMs(relay: Relay, failingSinceMs: number): number | null {
    return fallbackOf(relay, this.#router) === null ? null : takeoverAtMs(relay, this.health, failingSinceMs);
  }
}
