/** Whether an SMTP client may sign in, and as whom. */
import { type LockOut, SignInGuard } from "../access/sign_in_guard.ts";
import type { SignInFault, SmtpIdentity, SmtpUserRing } from "../access/smtp_user_ring.ts";
import { DispatchError, isDispatchError } from "../error/mod.ts";
import type { Denial } from "../history/denial_log.ts";
import type { GivenCredentials } from "./sasl_exchange.ts";
import { originOf, type SmtpSessionFacts } from "./smtp_session.ts";

/** What an {@link SmtpSignIn} needs from its surroundings. */
export interface SmtpSignInOptions {
  readonly users: Pick<SmtpUserRing, "signIn">;
  /** Whether `listener.allowed_cidrs` holds the address. */
  readonly isAllowed: (address: string) => boolean;
  readonly nowMs: () => number;
  /** Tells about each success. */
  readonly onSignedIn: (user: SmtpIdentity, address: string) => void;
  /** Tells about a refusal; that of a hasher that is busy is none. */
  readonly onRefused: (denial: Denial) => void;
  /** Called when an address has failed once too often. */
  readonly onLocked: (address: string) => void;
}

/**
 * Five failures within ten minutes lock an address out for one.
 *
 * A success forgets nothing: behind one address there may be many clients, and one of them a guesser. Attempts wait for
 * each other, since the same device or gateway may sign in many times at once.
 */
const smtpLockOut: LockOut = {
  failures: 5,
  withinMs: 600_000,
  lockedMs: 60_000,
  isForgiving: false,
  mayWait: 100,
};

/** Signs clients in. */
export class SmtpSignIn {
  readonly #options: SmtpSignInOptions;
  readonly #guard: SignInGuard;

  constructor(options: SmtpSignInOptions) {
    this.#options = options;
    this.#guard = new SignInGuard({ ...options, lockOut: smtpLockOut });
  }

  /**
   * Checks what a client gave, at a cost to none but those who may send here.
   *
   * @throws {DispatchError} `address_not_allowed`, `smtp_sign_in_failed`, `smtp_other_identity`, `sign_in_locked`, `sign_in_busy`
   */
  async signIn(session: SmtpSessionFacts, credentials: GivenCredentials): Promise<SmtpIdentity> {
    const address = session.clientAddress;
    try {
      if (!this.#options.isAllowed(address)) {
        throw new DispatchError("address_not_allowed", { address, setting: "listener.allowed_cidrs" });
      }
      const user = await this.#check(address, credentials);
      this.#options.onSignedIn(user, address);
      return user;
    } catch (error) {
      if (isDispatchError(error) && error.code !== "sign_in_busy") {
        this.#options.onRefused({ error, origin: originOf(session), sender: "" });
      }
      throw error;
    }
  }

  async #check(address: string, { authorization, name, password }: GivenCredentials): Promise<SmtpIdentity> {
    if (authorization !== "" && authorization !== name) {
      throw new DispatchError("smtp_other_identity", { user: shown(name) });
    }
    let result = "password" as SmtpIdentity | SignInFault;
    await this.#guard.attempt(address, async () => {
      result = await this.#options.users.signIn({ name, password, address });
      return typeof result !== "string";
    });
    if (typeof result !== "string") return result;
    throw new DispatchError("smtp_sign_in_failed", { user: shown(name), address, fault: result });
  }
}

/** A client may claim to have a name of any length. */
function shown(name: string): string {
  return name.slice(0, 128);
}
