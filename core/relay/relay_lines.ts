/** The lines before the relays: which delivery is next, and which had better wait elsewhere. */
import type { Relay } from "./relay.ts";

/** How long a relay may take, or be waited for, without being in the way of others. */
export const patienceMs = 1000;

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
  /** Whether others wait elsewhere, because it would take too long here. */
  isCrowded: boolean;
}

/** The lines before all relays; `concurrencyOf` says how many deliveries each may have under way. */
export class RelayLines<J extends Job> {
  readonly #concurrencyOf: (relay: Relay) => number;
  /** By the relay's id. */
  readonly #lines = new Map<string, Line<J>>();
  /** Those in which someone waits. */
  readonly #occupied = new Set<Line<J>>();
  /** Deliveries under way, the oldest first, but for those that take long: they count for their relay alone. */
  readonly #quick = new Set<J>();
  #waiting = 0;

  constructor(concurrencyOf: (relay: Relay) => number) {
    this.#concurrencyOf = concurrencyOf;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** How many are under way, those that take long apart. */
  get quick(): number {
    return this.#quick.size;
  }

  /** Whether `job` has joined its line; where others had to leave it may not, but when it can set out. */
  join(job: J): boolean {
    const line = this.#lineOf(job.relay);
    if (line.isCrowded && this.#freeIn(line) <= 0) return false;
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
    if (best === undefined) return undefined;
    const [job] = this.#leave(best, 1);
    best.underWay++;
    job!.sinceMs = nowMs;
    this.#quick.add(job!);
    return job;
  }

  /** Ends a delivery that was under way. */
  end(job: J): void {
    this.#quick.delete(job);
    this.#lineOf(job.relay).underWay--;
  }

  /** Stops counting deliveries that take long; returns those that have waited too long for a relay without room. */
  sweep(nowMs: number): J[] {
    for (const job of this.#quick) {
      if (nowMs - job.sinceMs < patienceMs) break;
      this.#quick.delete(job);
    }
    const tired: J[] = [];
    for (const line of [...this.#occupied]) {
      if (this.#freeIn(line) > 0 || nowMs - line.waiting[0]!.sinceMs < patienceMs) continue;
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

  /** The relays for which others wait elsewhere. */
  crowded(): Relay[] {
    return [...this.#lines.values()].filter(({ isCrowded }) => isCrowded).map(({ relay }) => relay);
  }

  /** How many more may join the line of `relay`: some ahead of their turn, once one of them can set out. */
  roomOf(relay: Relay): number {
    const line = this.#lineOf(relay);
    const free = this.#freeIn(line);
    return free <= 0 ? 0 : Math.max(0, 2 * free + line.underWay - line.waiting.length);
  }

  /** Has whoever can't set out over `relay` wait elsewhere. */
  crowd(relay: Relay): void {
    this.#lineOf(relay).isCrowded = true;
  }

  /** Nobody waits for `relay` elsewhere any more. */
  relieve(relay: Relay): void {
    this.#lineOf(relay).isCrowded = false;
  }

  /** Takes relays as they are now, and forgets the lines of those that are gone. */
  follow(relays: readonly Relay[]): void {
    const byId = new Map(relays.map((relay) => [relay.id, relay]));
    for (const [id, line] of this.#lines) {
      line.relay = byId.get(id) ?? line.relay;
      if (!byId.has(id) && line.underWay === 0 && line.waiting.length === 0) this.#lines.delete(id);
    }
  }

  #lineOf(relay: Relay): Line<J> {
    let line = this.#lines.get(relay.id);
    if (line === undefined) {
      line = { relay, waiting: [], underWay: 0, isCrowded: false };
      this.#lines.set(relay.id, line);
    }
    return line;
  }

  #freeIn({ relay, underWay }: Line<J>): number {
    return this.#concurrencyOf(relay) - underWay;
  }

  #leave(line: Line<J>, count: number): J[] {
    const left = line.waiting.splice(0, count);
    this.#waiting -= left.length;
    if (line.waiting.length === 0) this.#occupied.delete(line);
    return left;
  }
}
