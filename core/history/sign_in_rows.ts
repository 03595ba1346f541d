/** Which sign-ins over SMTP get a row in the audit log: a device that signs in for each message must not fill the disk. */

const spanMs = 3_600_000;
const maxKnown = 10_000;

/** Who signed in, from where; a new password makes somebody new. */
export interface SmtpSignInFacts {
  readonly id: string;
  readonly passwordSetAtMs: number;
  readonly address: string;
}

/** The first sign-in of a user from an address gets a row, and then one in each hour. 10,000 of them are known at a time. */
export class SignInRows {
  readonly #toldAtMs = new Map<string, number>();

  /** Whether this sign-in gets a row; if so, it is taken. */
  admit({ id, passwordSetAtMs, address }: SmtpSignInFacts, nowMs: number): boolean {
    const key = `${id} ${passwordSetAtMs} ${address}`;
    const toldAtMs = this.#toldAtMs.get(key);
    // Also when the clock was set back.
    if (toldAtMs !== undefined && Math.abs(nowMs - toldAtMs) < spanMs) return false;
    this.#toldAtMs.delete(key);
    if (this.#toldAtMs.size >= maxKnown) this.#toldAtMs.delete(this.#toldAtMs.keys().next().value!);
    this.#toldAtMs.set(key, nowMs);
    return true;
  }
}
