/** The one administrator: password, setup code, sign-in and sessions. */
import type { Clock, Logger, PasswordHasher } from "../capabilities.ts";
import { DispatchError, isDispatchError } from "../error/mod.ts";
import type { AuditActor, RecordAudit } from "../history/audit_event.ts";
import type { AuditEventName } from "../history/audit_events.ts";
import { Mutex } from "../lifecycle/mutex.ts";
import { acceptPassword, normalizePassword } from "./admin_password.ts";
import type { SessionStore } from "./admin_session.ts";
import { type Session, Sessions, type SignIn } from "./sessions.ts";
import { isSetupCode } from "./setup_code.ts";
import { type LockOut, SignInGuard } from "./sign_in_guard.ts";

export type { Session, SignIn } from "./sessions.ts";

/** Ten failures within five minutes lock an address out for fifteen. */
export const adminLockOut: LockOut = {
  failures: 10,
  withinMs: 300_000,
  lockedMs: 900_000,
  isForgiving: true,
  mayWait: 0,
};

/** Where the password's hash is kept: the meta table. */
export interface AdminPasswordStore {
  read(): Promise<string | null>;
  write(encoded: string): Promise<void>;
}

/** What the administrator's access rests on. */
export interface AdminAccessOptions {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly audit: RecordAudit;
  readonly hasher: PasswordHasher;
  readonly passwords: AdminPasswordStore;
  readonly sessions: SessionStore;
  /** The setting `webui.session_timeout_minutes`. */
  readonly sessionTimeoutMinutes: () => number;
  /** The code that the first visit needs; `null` when a password came from elsewhere. */
  readonly setupCode: string | null;
}

/** See the file's first line. */
export class AdminAccess {
  readonly #options: AdminAccessOptions;
  readonly #guard: SignInGuard;
  readonly #sessions: Sessions;
  /** The password's hash; `null` before the first visit. */
  #encoded: string | null;
  readonly #changes = new Mutex();

  private constructor(options: AdminAccessOptions, encoded: string | null, sessions: Sessions) {
    const { clock, logger, audit } = options;
    const minutes = adminLockOut.lockedMs / 60_000;
    this.#options = options;
    this.#encoded = encoded;
    this.#sessions = sessions;
    this.#guard = new SignInGuard({
      lockOut: adminLockOut,
      nowMs: () => clock.nowMs(),
      onLocked(address) {
        logger.warn("access.locked", "An address failed to sign in too often and has to wait", { address, minutes });
        audit({ event: "access.locked", actor: visitorFrom(address) });
      },
    });
  }

  /** Loads password and sessions. */
  static async open(options: AdminAccessOptions): Promise<AdminAccess> {
    return new AdminAccess(options, await options.passwords.read(), await Sessions.open(options));
  }

  /** Whether the first visit is still to come. */
  get needsSetup(): boolean {
    return this.#encoded === null;
  }

  /** Sets the first password and signs in. @throws {DispatchError} `setup_done`, `setup_code_wrong`, `password_too_short`, `password_too_long`, `sign_in_locked`, `sign_in_busy` */
  setup(visit: { code: string; password: string; address: string }): Promise<SignIn> {
    const names = { done: "access.password_set", refused: "access.setup_failed" } as const;
    return this.#audited(names, visit.address, () => this.#setup(visit));
  }

  async #setup({ code, password, address }: { code: string; password: string; address: string }): Promise<SignIn> {
    this.#requireNoPassword();
    const { setupCode, logger } = this.#options;
    if (!(await this.#guard.attempt(address, async () => isSetupCode(code, setupCode)))) {
      logger.warn("access.setup_failed", "A wrong setup code was given", { address });
      throw new DispatchError("setup_code_wrong", {});
    }
    const encoded = await this.#hash(password);
    return this.#changes.run(async () => {
      this.#requireNoPassword();
      await this.#replacePassword(encoded);
      logger.info("access.password_set", "The first visit has set the password", { address });
      return this.#sessions.start(address);
    });
  }

  /** @throws {DispatchError} `setup_needed`, `sign_in_failed`, `sign_in_locked`, `sign_in_busy` */
  signIn(visit: { password: string; address: string }): Promise<SignIn> {
    const names = { done: "access.signed_in", refused: "access.sign_in_failed" } as const;
    return this.#audited(names, visit.address, () => this.#signIn(visit));
  }

  async #signIn({ password, address }: { password: string; address: string }): Promise<SignIn> {
    const verified = await this.#verify(password, address);
    return this.#changes.run(async () => {
      this.#requireStill(verified);
      const signIn = await this.#sessions.start(address);
      this.#options.logger.info("access.signed_in", "The administrator signed in", { address });
      return signIn;
    });
  }

  /** The session of a token, whose time starts anew; `null` when it has ended or never was. */
  session(token: string): Promise<Session | null> {
    return this.#sessions.find(token);
  }

  /** Whether a session goes on; its time does not start anew. */
  isSignedIn({ digest }: Session): boolean {
    return this.#sessions.isLive(digest);
  }

  /** Ends one session. */
  async signOut({ digest, address }: Session): Promise<void> {
    await this.#sessions.end(digest);
    this.#options.logger.info("access.signed_out", "The administrator signed out", { address });
    this.#options.audit({ event: "access.signed_out", actor: visitorFrom(address) });
  }

  /** Changes the password and ends all other sessions. @throws {DispatchError} `sign_in_failed`, `sign_in_locked`, `sign_in_busy`, `password_too_short`, `password_too_long` */
  changePassword(session: Session, passwords: { current: string; next: string }): Promise<void> {
    const names = { done: "access.password_changed", refused: "access.password_changed" } as const;
    return this.#audited(names, session.address, () => this.#changePassword(session, passwords));
  }

  async #changePassword(
    { digest, address }: Session,
    { current, next }: { current: string; next: string },
  ): Promise<void> {
    acceptPassword(next);
    const verified = await this.#verify(current, address);
    const encoded = await this.#hash(next);
    await this.#changes.run(async () => {
      this.#requireStill(verified);
      await this.#replacePassword(encoded);
      await this.#sessions.endAll({ except: digest });
    });
    this.#options.logger.info("access.password_changed", "The password was changed; all others are signed out", {
      address,
    });
  }

  /** Sets a password without the old one and ends all sessions: for the command line on the host. @throws {DispatchError} `password_too_short`, `password_too_long` */
  async resetPassword(next: string): Promise<void> {
    const encoded = await this.#hash(next);
    await this.#changes.run(async () => {
      await this.#replacePassword(encoded);
      await this.#sessions.endAll();
    });
    this.#options.logger.info("access.password_reset", "The password was reset on the host; everybody is signed out");
  }

  /** Does `act` and has the audit log told what came of it. */
  async #audited<Result>(
    { done, refused }: Readonly<Record<"done" | "refused", AuditEventName>>,
    address: string,
    act: () => Promise<Result>,
  ): Promise<Result> {
    const { audit } = this.#options;
    const actor = visitorFrom(address);
    const result = await act().catch((error) => {
      const reason = isDispatchError(error) ? error.code : "internal_error";
      audit({ event: refused, actor, outcome: "refused", reason });
      throw error;
    });
    audit({ event: done, actor });
    return result;
  }

  /** Returns the hash that `password` gives. */
  async #verify(password: string, address: string): Promise<string> {
    const { hasher, logger } = this.#options;
    const encoded = this.#encoded;
    if (encoded === null) throw new DispatchError("setup_needed", {});
    const normalized = normalizePassword(password);
    const isRight = await this.#guard.attempt(address, async () => {
      return normalized !== null && (await hasher.verify(normalized, encoded));
    });
    if (isRight) return encoded;
    logger.warn("access.sign_in_failed", "A wrong password was given", { address });
    throw new DispatchError("sign_in_failed", {});
  }

  /** A password that was changed while it was being verified opens nothing any more. */
  #requireStill(verified: string): void {
    if (this.#encoded !== verified) throw new DispatchError("sign_in_failed", {});
  }

  #requireNoPassword(): void {
    if (!this.needsSetup) throw new DispatchError("setup_done", {});
  }

  async #hash(password: string): Promise<string> {
    return this.#options.hasher.hash(acceptPassword(password));
  }

  async #replacePassword(encoded: string): Promise<void> {
    await this.#options.passwords.write(encoded);
    this.#encoded = encoded;
  }
}

/** Pages and programs sign in alike: who it is that does is not known before. */
function visitorFrom(address: string): AuditActor {
  return { kind: "dashboard", name: null, address };
}
