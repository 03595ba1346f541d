import assert from "node:assert/strict";
import { test } from "node:test";
import { RateLimiter } from "../../../core/access/rate_limiter.ts";

/** A limiter on a clock that the test sets. */
function limiterAt(startMs: number, maxKeys?: number): { limiter: RateLimiter; clock: { nowMs: number } } {
  const clock = { nowMs: startMs };
  const limiter = new RateLimiter({ nowMs: () => clock.nowMs, ...(maxKeys === undefined ? {} : { maxKeys }) });
  return { limiter, clock };
}

function takeMany(limiter: RateLimiter, count: number, perMinute: number): number {
  return Array.from({ length: count }, () => limiter.take("key", perMinute)).filter(({ allowed }) => allowed).length;
}

test("RateLimiter lets the full number in at once, and no more within a minute", () => {
  const { limiter, clock } = limiterAt(12_345);
  assert.equal(takeMany(limiter, 150, 100), 100);
  clock.nowMs += 59_999;
  assert.equal(limiter.take("key", 100).allowed, false);
});

test("RateLimiter says when a request will be let in, to the second, and keeps its word", () => {
  for (const startMs of [0, 999, 37_500]) {
    const { limiter, clock } = limiterAt(startMs);
    takeMany(limiter, 3, 5);
    clock.nowMs += 20_000;
    takeMany(limiter, 2, 5);
    const { allowed, retryAfterSeconds } = limiter.take("key", 5);
    assert.deepEqual({ allowed, retryAfterSeconds }, { allowed: false, retryAfterSeconds: 41 });
    clock.nowMs += retryAfterSeconds * 1000;
    assert.equal(takeMany(limiter, 10, 5), 3);
    assert.equal(limiter.take("key", 5).retryAfterSeconds, 20);
  }
});

test("RateLimiter lets no more than the number in during any 60 seconds, and nearly that for ever", () => {
  for (const stepMs of [100, 333, 29_900]) {
    const { limiter, clock } = limiterAt(0);
    const times: number[] = [];
    for (; clock.nowMs < 900_000; clock.nowMs += stepMs) {
      times.push(...Array(takeMany(limiter, 40, 60)).fill(clock.nowMs));
    }
    for (const start of times) {
      const inMinute = times.filter((time) => time >= start && time < start + 60_000).length;
      assert.ok(inMinute <= 60, `${inMinute} from ${start}`);
    }
    assert.ok(times.length >= 600, `${times.length} of 900`);
  }
});

test("RateLimiter forgets what is more than a minute old", () => {
  const { limiter, clock } = limiterAt(5_000);
  takeMany(limiter, 100, 100);
  clock.nowMs += 3_600_000;
  assert.equal(takeMany(limiter, 150, 100), 100);
});

test("RateLimiter goes on when the clock steps back", () => {
  const { limiter, clock } = limiterAt(100_000);
  takeMany(limiter, 3, 5);
  clock.nowMs -= 50_000;
  assert.equal(takeMany(limiter, 5, 5), 2);
});

test("RateLimiter counts each key by itself", () => {
  const { limiter } = limiterAt(0);
  assert.equal(limiter.take("a", 1).allowed, true);
  assert.equal(limiter.take("a", 1).allowed, false);
  assert.equal(limiter.take("b", 1).allowed, true);
});

test("RateLimiter follows a changed limit at once", () => {
  const { limiter } = limiterAt(0);
  takeMany(limiter, 5, 5);
  assert.equal(limiter.take("key", 5).allowed, false);
  assert.equal(limiter.take("key", 6).allowed, true);
});

test("RateLimiter has no limit at 0", () => {
  const { limiter } = limiterAt(0);
  assert.equal(takeMany(limiter, 1000, 0), 1000);
});

test("RateLimiter forgets the key that came first when it knows too many", () => {
  const { limiter } = limiterAt(0, 2);
  for (const key of ["a", "b", "c"]) limiter.take(key, 1);
  assert.equal(limiter.take("c", 1).allowed, false);
  assert.equal(limiter.take("a", 1).allowed, true);
});
