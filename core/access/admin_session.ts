/** Sessions of the dashboard, and where they are stored. Types only. */

/** A signed-in browser, as it is stored: the token itself is nowhere but in the browser. */
export interface StoredSession {
  /** SHA-256 of the token, as lower-case hex. */
  readonly digest: string;
  readonly createdAtMs: number;
  /** Written at most once a minute. */
  readonly lastSeenAtMs: number;
  /** Where it signed in from. */
  readonly address: string;
}

/** Where sessions are stored, so that a restart signs nobody out. */
export interface SessionStore {
  list(): Promise<StoredSession[]>;
  /** Adds or replaces the session with this digest. */
  put(session: StoredSession): Promise<void>;
  remove(digests: readonly string[]): Promise<void>;
}
