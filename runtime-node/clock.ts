/** The machine's clock. */
import type { Clock } from "../core/capabilities.ts";

/** Longest delay that a timer takes; a longer one is waited for in parts. */
const longestDelayMs = 2 ** 31 - 1;

/** {@link Clock} of this machine. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(delayMs, 0), longestDelayMs));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
