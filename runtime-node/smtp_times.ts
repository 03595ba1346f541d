/** The times that a smart host has. */

/** In milliseconds. */
export interface SmtpTimes {
  /** For connecting, TLS and the greeting. */
  readonly connectMs: number;
  /** For all that, the reply to EHLO, and the sign-in. */
  readonly openMs: number;
  /** In which it may be silent, the reply to the end of the data included (RFC 5321 section 4.5.3.2.6). */
  readonly silenceMs: number;
  /** For a message, beside what its bytes take at {@link slowestBytesPerMs}: a byte now and then is no progress. */
  readonly messageMs: number;
}

/** What a host reads of a message in a millisecond at the least. */
export const slowestBytesPerMs = 4;

/** The times in service. */
export const usualTimes: SmtpTimes = {
  connectMs: 30_000,
  openMs: 120_000,
  silenceMs: 10 * 60_000,
  messageMs: 20 * 60_000,
};
