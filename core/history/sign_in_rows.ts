/** Which sign-ins over SMTP get a row in the audit log: a device that signs in for each message must not fill the disk. */

const spanMs = 3_600_000;
const maxKnown = 10_000;

/** Who signed in, from where; a new password makes somebody new. */
export interface SmtpSignInFacts {
  readonly id: string;
  readonly passwordSetAtMs: number;
  readonly address: string;
}

/**
 * The first sign-in of a user from an address gets a row, and then one in each hour, which tells how many it stands for.
 * 10,000 of them are known at a time.
 */
export class SignInRows {
  readonly #known = new Map<string, { toldAtMs: number; untold: number }>();

  /** How many sign-ins since the last row this one's row tells of, itself included; `null` when it gets none. */
  admit({ id, passwordSetAtMs, address }: SmtpSignInFacts, nowMs: number): number | null {
    const key = `${id} ${passwordSetAtMs} ${address}`;
    const known = this.#known.get(key);
    const signIns = (known?.untold ?? 0) + 1;
    // Also when the clock was set back.
    if (known !== undefined && Math.abs(nowMs - known.toldAtMs) < spanMs) {
      known.untold = signIns;
      return null;
    }
    this.#known.delete(key);
    if (this.#known.size >= maxKnown) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(key, { toldAtMs: nowMs, untold: 0 });
    return signIns;
  }
}
