/** When a message that could not be delivered is tried again. */

/** The retry settings: `spool.max_retries` and `spool.retry_delays_seconds`. */
export interface RetrySettings {
  /** Attempts after the first; 0 is none. */
  readonly maxRetries: number;
  /** Pause before each retry in seconds; the last repeats. */
  readonly delaysSeconds: readonly number[];
}

/** Share of a delay that chance adds, so that what failed together is not tried again together. */
const spread = 0.1;

/** The longest pause that a provider is granted. */
const longestPauseSeconds = 24 * 60 * 60;

/**
 * Milliseconds until the next attempt after `attempts` have been made, or `null` when that was the last.
 *
 * `delay × (1 + random × 0.1)`, never less than `retryAfterSeconds`, the time a provider asked for, up to a day.
 *
 * @param random a number from 0 to 1, 1 excluded
 */
export function nextRetryDelayMs(
  attempts: number,
  settings: RetrySettings,
  random: number,
  retryAfterSeconds: number | null = null,
): number | null {
  if (attempts > settings.maxRetries) return null;
  const { delaysSeconds } = settings;
  const delaySeconds = delaysSeconds[Math.min(attempts, delaysSeconds.length) - 1] ?? 0;
  const asked = Math.min(retryAfterSeconds ?? 0, longestPauseSeconds);
  return Math.ceil(Math.max(delaySeconds, asked) * 1000 * (1 + random * spread));
}
