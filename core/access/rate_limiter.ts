/** How many requests a minute each key may make. */

/** The answer to one request. */
export interface RateDecision {
  readonly allowed: boolean;
  /** Whole seconds, 1–61, after which a request will be let in; `0` when this one is. */
  readonly retryAfterSeconds: number;
}

/** What a {@link RateLimiter} is made with. */
export interface RateLimiterOptions {
  /** Milliseconds on any clock; when it steps back, its last second goes on. */
  readonly nowMs: () => number;
  /** Keys that are remembered; beyond that the one that came first is forgotten. Default 10,000. */
  readonly maxKeys?: number;
}

/** A minute, and the second that has begun: what was let in at the end of a second stays counted for 60 whole ones. */
const countedSeconds = 61;
const defaultMaxKeys = 10_000;

/**
 * Limits requests by key over a sliding minute.
 *
 * Requests are counted by the second, so 250 bytes a key are all that is kept, whatever the limit. No 60 seconds see more
 * requests of a key than its limit; the price is a wait that can be one second longer than it had to be.
 */
export class RateLimiter {
  readonly #nowMs: () => number;
  readonly #maxKeys: number;
  readonly #counts = new Map<string, SecondCounts>();

  constructor({ nowMs, maxKeys = defaultMaxKeys }: RateLimiterOptions) {
    this.#nowMs = nowMs;
    this.#maxKeys = maxKeys;
  }

  /** Asks for one request. @param perMinute `0` is no limit */
  take(key: string, perMinute: number): RateDecision {
    if (perMinute === 0) return { allowed: true, retryAfterSeconds: 0 };
    const counts = this.#counts.get(key) ?? this.#remember(key);
    counts.advanceTo(Math.floor(this.#nowMs() / 1000));
    if (counts.total >= perMinute) return { allowed: false, retryAfterSeconds: counts.secondsUntilBelow(perMinute) };
    counts.add();
    return { allowed: true, retryAfterSeconds: 0 };
  }

  #remember(key: string): SecondCounts {
    if (this.#counts.size >= this.#maxKeys) this.#counts.delete(this.#counts.keys().next().value!);
    const counts = new SecondCounts();
    this.#counts.set(key, counts);
    return counts;
  }
}

/** The requests let in during each of the last seconds, in a ring. */
class SecondCounts {
  readonly #ring = new Uint32Array(countedSeconds);
  #second = 0;
  #total = 0;

  get total(): number {
    return this.#total;
  }

  advanceTo(second: number): void {
    const passed = Math.min(second - this.#second, countedSeconds);
    for (let i = 0; i < passed; i++) {
      const slot = (second - i) % countedSeconds;
      this.#total -= this.#ring[slot]!;
      this.#ring[slot] = 0;
    }
    if (passed > 0) this.#second = second;
  }

  add(): void {
    this.#ring[this.#second % countedSeconds]!++;
    this.#total++;
  }

  /** The oldest seconds are forgotten one by one; the one that comes next is the oldest of all. */
  secondsUntilBelow(limit: number): number {
    let left = this.#total;
    for (let wait = 1; wait < countedSeconds; wait++) {
      left -= this.#ring[(this.#second + wait) % countedSeconds]!;
      if (left < limit) return wait;
    }
    return countedSeconds;
  }
}
