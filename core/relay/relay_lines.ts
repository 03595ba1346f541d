/** The lines before the relays: which delivery is next, and which had better wait elsewhere. */
import type { Relay } from "./relay.ts";
import type { RelayHealth } from "./relay_health.ts";

/** How long a delivery may take, or be waited for, without being in the way of others. */
export const patienceMs = 1000;

/** A relay whose deliveries take less is worth waiting for in its line; before another one, mail waits elsewhere. */
const promptMs = 100;

/** A delivery that waits for its relay, or is under way. */
export interface Job {
  readonly relay: Relay;
  /** When it joined the line; once it is under way, when it set out. */
  sinceMs: number;
}

/** The line before one relay. */
interface Line<J extends Job> {
  relay: Relay;
  readonly waiting: J[];
  underWay: number;
  /** Whether the last delivery took its time, or does so still. */
  isSlow: boolean;
  /** Whether others wait elsewhere. */
  isCrowded: boolean;
}

/** The lines before all relays. */
export class RelayLines<J extends Job> {
  /** Whether all mail goes over one relay: then nobody is in the way of others, and all wait in line. */
  isOnlyOne = false;
  readonly #health: Pick<RelayHealth, "concurrencyOf" | "isHopeless">;
  /** By the relay's id. */
  readonly #lines = new Map<string, Line<J>>();
  /** Those in which someone waits. */
  readonly #occupied = new Set<Line<J>>();
  readonly #underWay = new Map<J, Line<J>>();
  /** Deliveries under way, the oldest first, but for those that take long: they count for their relay alone. */
  readonly #quick = new Set<J>();
  #waiting = 0;

  constructor(health: Pick<RelayHealth, "concurrencyOf" | "isHopeless">) {
    this.#health = health;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** How many are under way, those that take long apart. */
  get quick(): number {
    return this.#quick.size;
  }

  /** Whether `job` has joined its line; before a relay that is slow it may not, but when it can set out. */
  join(job: J): boolean {
    const line = this.#lineOf(job.relay);
    if (!this.isOnlyOne && this.#freeIn(line) <= 0 && !this.#isPrompt(line)) {
      line.isCrowded = true;
      return false;
    }
    line.waiting.push(job);
    this.#occupied.add(line);
    this.#waiting++;
    return true;
  }

  /** Sends the next one on its way: over the relay with the fewest, so that a slow one does not take all turns. */
  next(nowMs: number): J | undefined {
    let best: Line<J> | undefined;
    for (const line of this.#occupied) {
      if (this.#freeIn(line) > 0 && (best === undefined || line.underWay < best.underWay)) best = line;
    }
    const [job] = best === undefined ? [] : this.#leave(best, 1);
    if (best === undefined || job === undefined) return undefined;
    best.underWay++;
    job.sinceMs = nowMs;
    this.#underWay.set(job, best);
    this.#quick.add(job);
    return job;
  }

  /** Ends a delivery that was under way; whether it went over the relay as it is now. */
  end(job: J, nowMs: number): boolean {
    const line = this.#underWay.get(job)!;
    this.#underWay.delete(job);
    this.#quick.delete(job);
    line.underWay--;
    line.isSlow = nowMs - job.sinceMs >= promptMs;
    return line === this.#lines.get(job.relay.id);
  }

  /** Stops counting deliveries that take long; returns those that have waited too long for a relay without room. */
  sweep(nowMs: number): J[] {
    for (const job of this.#quick) {
      if (!isLong(job, nowMs)) break;
      this.#quick.delete(job);
      this.#underWay.get(job)!.isSlow = true;
    }
    if (this.isOnlyOne) return [];
    const tired: J[] = [];
    for (const line of [...this.#occupied]) {
      if (this.#freeIn(line) > 0 || !isLong(line.waiting[0]!, nowMs)) continue;
      line.isCrowded = true;
      tired.push(...this.#leave(line, line.waiting.length));
    }
    return tired;
  }

  /** Empties the lines, and returns who waited. */
  clear(): J[] {
    return [...this.#occupied].flatMap((line) => this.#leave(line, line.waiting.length));
  }

  isCrowded(relay: Relay): boolean {
    return this.#lineOf(relay).isCrowded;
  }

  /** The relays for which others wait elsewhere; none where there is but one, so that all go by their time. */
  crowded(): Relay[] {
    const relays: Relay[] = [];
    if (this.isOnlyOne) return relays;
    for (const { relay, isCrowded } of this.#lines.values()) if (isCrowded) relays.push(relay);
    return relays;
  }

  /** How many more may join the line of `relay`: those that can set out, and some ahead of their turn if it is prompt. */
  roomOf(relay: Relay): number {
    const line = this.#lineOf(relay);
    const ahead = this.#isPrompt(line) ? this.#health.concurrencyOf(relay) : 0;
    return Math.max(0, this.#freeIn(line) + ahead - line.waiting.length);
  }

  /** Has whoever can't set out over `relay` wait elsewhere. */
  crowd(relay: Relay): void {
    this.#lineOf(relay).isCrowded = true;
  }

  /** Nobody waits for `relay` elsewhere any more. */
  relieve(relay: Relay): void {
    this.#lineOf(relay).isCrowded = false;
  }

  /** Takes relays as they are now. What is under way over one that has other settings now is no longer in its way. */
  follow(relays: readonly Relay[]): void {
    const byId = new Map(relays.map((relay) => [relay.id, relay]));
    for (const [id, line] of this.#lines) {
      const relay = byId.get(id);
      if (relay !== undefined && isSameServer(relay, line.relay)) line.relay = relay;
      else if (line.waiting.length === 0) this.#lines.delete(id);
    }
  }

  #lineOf(relay: Relay): Line<J> {
    let line = this.#lines.get(relay.id);
    if (line === undefined) {
      line = { relay, waiting: [], underWay: 0, isSlow: false, isCrowded: false };
      this.#lines.set(relay.id, line);
    }
    return line;
  }

  #freeIn({ relay, underWay }: Line<J>): number {
    return this.#health.concurrencyOf(relay) - underWay;
  }

  #isPrompt({ relay, isSlow }: Line<J>): boolean {
    return !isSlow && !this.#health.isHopeless(relay);
  }

  #leave(line: Line<J>, count: number): J[] {
    const left = line.waiting.splice(0, count);
    this.#waiting -= left.length;
    if (line.waiting.length === 0) this.#occupied.delete(line);
    return left;
  }
}

/** Whether patience is at its end, also when the clock was set back meanwhile. */
function isLong({ sinceMs }: Job, nowMs: number): boolean {
  return Math.abs(nowMs - sinceMs) >= patienceMs;
}

/** Tables of relays cross threads as copies, so that equal relays are not the same object. */
function isSameServer(a: Relay, b: Relay): boolean {
  return JSON.stringify([a.provider, a.settings]) === JSON.stringify([b.provider, b.settings]);
}
