/** The sessions of the dashboard: kept in memory, and stored so that a restart signs nobody out. */
import type { Clock, Logger } from "../capabilities.ts";
import { digestOf } from "../ingest/body_digest.ts";
import { toBase64Url } from "../secret/mod.ts";
import type { SessionStore, StoredSession } from "./admin_session.ts";

/** A session, as a request sees it. */
export interface Session {
  readonly digest: string;
  /** What an unforgeable request carries: base64url(SHA-256("csrf:" + token)). */
  readonly csrfToken: string;
  readonly createdAtMs: number;
  /** Where it signed in from. */
  readonly address: string;
}

/** A sign-in that succeeded. */
export interface SignIn {
  /** 256 random bits as base64url, for the cookie alone. */
  readonly token: string;
  readonly session: Session;
}

/** What the sessions rest on. */
export interface SessionsOptions {
  readonly crypto: Crypto;
  readonly clock: Pick<Clock, "nowMs">;
  readonly logger: Logger;
  readonly sessions: SessionStore;
  /** Minutes that a session lives after its last request. */
  readonly sessionTimeoutMinutes: () => number;
}

interface LiveSession {
  /** As it was stored last. */
  stored: StoredSession;
  lastSeenAtMs: number;
}

/** A request is stored as a session's last when the one that is stored is this much older. */
const storeEveryMs = 60_000;
/** More than one administrator has browsers and scripts; beyond that the session unused for longest ends. */
const maxSessions = 1000;
const tokenForm = /^[\w-]{43}$/;

/** See the file's first line. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #live: Map<string, LiveSession>;
  #lastWrite: Promise<unknown> = Promise.resolve();

  private constructor(options: SessionsOptions, stored: readonly StoredSession[]) {
    this.#options = options;
    this.#live = new Map(stored.map((session) => [session.digest, { stored: session, ...session }]));
  }

  /** Loads the sessions that are stored. */
  static async open(options: SessionsOptions): Promise<Sessions> {
    const sessions = new Sessions(options, await options.sessions.list());
    await sessions.#sweep(sessions.#expired());
    return sessions;
  }

  /** Starts a session. It holds even if it can't be stored; then it ends with the service. */
  async start(address: string): Promise<SignIn> {
    const token = toBase64Url(this.#options.crypto.getRandomValues(new Uint8Array(32)));
    const { digest, csrfToken } = await this.#derive(token);
    await this.#sweep([...this.#expired(), ...this.#surplus()]);
    const nowMs = this.#options.clock.nowMs();
    const stored = { digest, createdAtMs: nowMs, lastSeenAtMs: nowMs, address };
    this.#live.set(digest, { stored, lastSeenAtMs: nowMs });
    await this.#store(stored);
    return { token, session: { digest, csrfToken, createdAtMs: nowMs, address } };
  }

  /** The session of a token, whose time starts anew; `null` when it has ended or never was. */
  async find(token: string): Promise<Session | null> {
    if (!tokenForm.test(token)) return null;
    const { digest, csrfToken } = await this.#derive(token);
    const live = this.#live.get(digest);
    if (live === undefined) return null;
    if (this.#isExpired(live)) {
      await this.#sweep([digest]);
      return null;
    }
    this.#touch(live);
    const { createdAtMs, address } = live.stored;
    return { digest, csrfToken, createdAtMs, address };
  }

  /** Whether a session goes on; its time does not start anew. */
  isLive(digest: string): boolean {
    const live = this.#live.get(digest);
    return live !== undefined && !this.#isExpired(live);
  }

  /** Ends one session. */
  async end(digest: string): Promise<void> {
    await this.#endMany([digest]);
  }

  /** Ends all sessions but `except`. */
  async endAll({ except }: { readonly except?: string } = {}): Promise<void> {
    await this.#endMany([...this.#live.keys()].filter((digest) => digest !== except));
  }

  #touch(live: LiveSession): void {
    const nowMs = this.#options.clock.nowMs();
    live.lastSeenAtMs = nowMs;
    if (nowMs - live.stored.lastSeenAtMs < storeEveryMs) return;
    live.stored = { ...live.stored, lastSeenAtMs: nowMs };
    // No page waits for it.
    void this.#store(live.stored);
  }

  async #store(session: StoredSession): Promise<void> {
    const { sessions, logger } = this.#options;
    try {
      await this.#inOrder(() => sessions.put(session));
    } catch (error) {
      logger.warn("access.session_not_stored", "A session could not be stored; a restart would end it", { error });
    }
  }

  /** Ends sessions that nobody uses; those that can't be removed are found expired by the next start. */
  async #sweep(digests: readonly string[]): Promise<void> {
    try {
      await this.#endMany(digests);
    } catch (error) {
      this.#options.logger.warn("access.session_not_removed", "A session that ended could not be removed", { error });
    }
  }

  async #endMany(digests: readonly string[]): Promise<void> {
    if (digests.length === 0) return;
    for (const digest of digests) this.#live.delete(digest);
    await this.#inOrder(() => this.#options.sessions.remove(digests));
  }

  /** One write after the other, so that a session that was removed is not put back by an earlier write. */
  #inOrder(write: () => Promise<void>): Promise<void> {
    const done = this.#lastWrite.then(write);
    this.#lastWrite = done.catch(() => undefined);
    return done;
  }

  #isExpired({ lastSeenAtMs }: LiveSession): boolean {
    const { clock, sessionTimeoutMinutes } = this.#options;
    return clock.nowMs() - lastSeenAtMs > sessionTimeoutMinutes() * 60_000;
  }

  #expired(): string[] {
    return [...this.#live].filter(([, live]) => this.#isExpired(live)).map(([digest]) => digest);
  }

  /** What has to end before one more can start. */
  #surplus(): string[] {
    const count = this.#live.size + 1 - maxSessions;
    if (count <= 0) return [];
    const oldestFirst = [...this.#live].toSorted(([, a], [, b]) => a.lastSeenAtMs - b.lastSeenAtMs);
    return oldestFirst.slice(0, count).map(([digest]) => digest);
  }

  async #derive(token: string): Promise<Pick<Session, "digest" | "csrfToken">> {
    const { crypto } = this.#options;
    const [digest, csrf] = await Promise.all([
      digestOf(new TextEncoder().encode(token), crypto),
      crypto.subtle.digest("SHA-256", new TextEncoder().encode(`csrf:${token}`)),
    ]);
    return { digest, csrfToken: toBase64Url(new Uint8Array(csrf)) };
  }
}
