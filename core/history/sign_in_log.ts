/** Sign-ins over SMTP on their way into the audit log: a device that signs in for each message must not fill the disk. */
import type { SmtpIdentity } from "../access/smtp_user_ring.ts";
import type { Clock } from "../capabilities.ts";
import type { AuditTrail } from "./audit_trail.ts";

const spanMs = 3_600_000;
const maxKnown = 10_000;

/** Who signed in, from where; a new password makes somebody new. */
export interface SmtpSignInFacts extends SmtpIdentity {
  readonly address: string;
}

/** What a {@link SignInLog} stands between. */
export interface SignInLogOptions {
  readonly audit: Pick<AuditTrail, "record">;
  readonly clock: Pick<Clock, "after">;
}

interface KnownSignIn {
  readonly facts: SmtpSignInFacts;
  untold: number;
}

/**
 * Tells the audit log of each sign-in, by few rows.
 *
 * The first one of a user from an address has a row at once; those that follow have one together, at the end of each
 * hour and at the stop, which says how many they were. Who did not sign in for an hour is forgotten; so is, with a row of
 * what is untold, the one known longest when there are more than 10,000. A process that is killed takes what is untold with it.
 */
export class SignInLog {
  readonly #options: SignInLogOptions;
  readonly #known = new Map<string, KnownSignIn>();
  #cancelSpan: (() => void) | null = null;

  constructor(options: SignInLogOptions) {
    this.#options = options;
  }

  add(facts: SmtpSignInFacts): void {
    const key = `${facts.id} ${facts.passwordSetAtMs} ${facts.address}`;
    const known = this.#known.get(key);
    if (known !== undefined) {
      known.untold += 1;
      return;
    }
    this.#known.set(key, { facts, untold: 0 });
    this.#record(facts, 1);
    if (this.#known.size > maxKnown) this.#forgetOne();
    this.#cancelSpan ??= this.#options.clock.after(spanMs, () => this.#endSpan());
  }

  /** Tells of what is untold, and ends. */
  stop(): void {
    this.#cancelSpan?.();
    this.#cancelSpan = null;
    for (const { facts, untold } of this.#known.values()) this.#record(facts, untold);
    this.#known.clear();
  }

  #endSpan(): void {
    for (const [key, known] of this.#known) {
      if (known.untold === 0) this.#known.delete(key);
      this.#record(known.facts, known.untold);
      known.untold = 0;
    }
    const isOver = this.#known.size === 0;
    this.#cancelSpan = isOver ? null : this.#options.clock.after(spanMs, () => this.#endSpan());
  }

  #forgetOne(): void {
    for (const [key, { facts, untold }] of this.#known) {
      this.#known.delete(key);
      this.#record(facts, untold);
      return;
    }
  }

  #record({ name, address }: SmtpSignInFacts, signIns: number): void {
    if (signIns === 0) return;
    const actor = { kind: "smtp", name, address } as const;
    this.#options.audit.record({ event: "smtp.signed_in", actor, after: { signIns } });
  }
}
