import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nextRetryDelayMs } from "../../../core/spool/retry_schedule.ts";

const settings = { maxRetries: 5, delaysSeconds: [30, 300, 1800] };
/** The greatest number that a random source gives. */
const almostOne = 1 - Number.EPSILON / 2;

describe("nextRetryDelayMs", () => {
  it("takes the delays in turn and repeats the last", () => {
    const delays = [1, 2, 3, 4, 5].map((attempts) => nextRetryDelayMs(attempts, settings, 0));
    assert.deepEqual(delays, [30_000, 300_000, 1_800_000, 1_800_000, 1_800_000]);
  });

  it("ends after the retries that are allowed", () => {
    assert.equal(nextRetryDelayMs(6, settings, 0), null);
  });

  it("knows no retry when none is allowed", () => {
    assert.equal(nextRetryDelayMs(1, { ...settings, maxRetries: 0 }, 0), null);
  });

  it("adds up to a tenth by chance, and takes nothing away", () => {
    assert.equal(nextRetryDelayMs(1, settings, 0.5), 31_500);
    const longest = nextRetryDelayMs(1, settings, almostOne);
    assert.ok(longest !== null && longest > 32_999 && longest <= 33_000);
  });

  it("waits at least as long as the provider asked", () => {
    assert.equal(nextRetryDelayMs(1, settings, 0, 3600), 3_600_000);
    assert.equal(nextRetryDelayMs(1, settings, 0, 10), 30_000);
  });

  it("grants no attempt beyond the last because a provider asked for it", () => {
    assert.equal(nextRetryDelayMs(6, settings, 0, 3600), null);
  });

  it("tries again at once where the delay is 0", () => {
    assert.equal(nextRetryDelayMs(1, { maxRetries: 3, delaysSeconds: [0] }, 0.9), 0);
  });
});
