/** The one administrator: password, setup code, sign-in and sessions. */
import type { Clock, Logger, PasswordHasher } from "../capabilities.ts";
import { DispatchError } from "../error/mod.ts";
import type { SessionStore } from "./admin_session.ts";

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
  readonly hasher: PasswordHasher;
  readonly passwords: AdminPasswordStore;
  readonly sessions: SessionStore;
  /** The setting `webui.session_timeout_minutes`. */
  readonly sessionTimeoutMinutes: () => number;
  /** The code that the first visit needs; `null` when a password came from elsewhere. */
  readonly setupCode: string | null;
}

/** A session, as a request sees it. */
export interface Session {
  readonly digest: string;
  /** What an unforgeable request carries: base64url(SHA-256("csrf:" + token)). */
  readonly csrfToken: string;
  readonly createdAtMs: number;
  readonly address: string;
}

/** A sign-in that succeeded. */
export interface SignIn {
  /** 256 random bits as base64url, for the cookie alone. */
  readonly token: string;
  readonly session: Session;
}

/** See the file's first line. */
export class AdminAccess {
  private constructor() {}

  /** Loads password and sessions. */
  static async open(_options: AdminAccessOptions): Promise<AdminAccess> {
    return new AdminAccess();
  }

  /** Whether the first visit is still to come. */
  get needsSetup(): boolean {
    throw new DispatchError("internal_error", {});
  }

  /** Sets the first password and signs in. @throws {DispatchError} `setup_done`, `setup_code_wrong`, `password_too_short`, `password_too_long`, `sign_in_locked` */
  async setup(_request: { code: string; password: string; address: string }): Promise<SignIn> {
    throw new DispatchError("internal_error", {});
  }

  /** @throws {DispatchError} `setup_needed`, `sign_in_failed`, `sign_in_locked` */
  async signIn(_request: { password: string; address: string }): Promise<SignIn> {
    throw new DispatchError("internal_error", {});
  }

  /** The session of a token, whose time starts anew; `null` when it has ended or never was. */
  async session(_token: string): Promise<Session | null> {
    throw new DispatchError("internal_error", {});
  }

  /** Ends one session. */
  async signOut(_session: Session): Promise<void> {
    throw new DispatchError("internal_error", {});
  }

  /** Changes the password and ends all other sessions. @throws {DispatchError} `sign_in_failed`, `sign_in_locked`, `password_too_short`, `password_too_long` */
  async changePassword(_session: Session, _request: { current: string; next: string }): Promise<void> {
    throw new DispatchError("internal_error", {});
  }

  /** Sets a password without the old one and ends all sessions: for the command line on the host. @throws {DispatchError} `password_too_short`, `password_too_long` */
  async resetPassword(_next: string): Promise<void> {
    throw new DispatchError("internal_error", {});
  }
}
