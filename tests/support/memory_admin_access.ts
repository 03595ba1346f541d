/** The administrator's access on stores in memory, on a clock that the test sets. */
import { AdminAccess, type AdminAccessOptions, type AdminPasswordStore } from "../../core/access/admin_access.ts";
import type { SessionStore, StoredSession } from "../../core/access/admin_session.ts";
import type { LogFacts, Logger, PasswordHasher } from "../../core/capabilities.ts";
import type { AuditEntry } from "../../core/history/audit_event.ts";

export class MemorySessionStore implements SessionStore {
  readonly rows = new Map<string, StoredSession>();
  /** How often a session was stored. */
  puts = 0;
  /** What each call is refused with. */
  failure: Error | null = null;

  async list(): Promise<StoredSession[]> {
    return [...this.rows.values()];
  }

  async put(session: StoredSession): Promise<void> {
    if (this.failure !== null) throw this.failure;
    this.puts++;
    this.rows.set(session.digest, session);
  }

  async remove(digests: readonly string[]): Promise<void> {
    if (this.failure !== null) throw this.failure;
    for (const digest of digests) this.rows.delete(digest);
  }
}

export class MemoryPasswordStore implements AdminPasswordStore {
  encoded: string | null = null;

  async read(): Promise<string | null> {
    return this.encoded;
  }

  async write(encoded: string): Promise<void> {
    this.encoded = encoded;
  }
}

/** A hasher that takes no time, and counts what it was asked. */
export class QuickHasher implements PasswordHasher {
  asked = 0;

  async hash(password: string): Promise<string> {
    this.asked++;
    return `quick:${password.length}:${password}`;
  }

  async verify(password: string, encoded: string): Promise<boolean> {
    this.asked++;
    return encoded === `quick:${password.length}:${password}`;
  }
}

/** A line of the operational log. */
export interface LogLine {
  readonly event: string;
  readonly facts: LogFacts | undefined;
}

/** An {@link AdminAccess} with all around it in reach. */
export interface MemoryAdminAccess {
  readonly access: AdminAccess;
  readonly clock: { nowMs: number };
  readonly sessions: MemorySessionStore;
  readonly passwords: MemoryPasswordStore;
  readonly hasher: QuickHasher;
  readonly lines: LogLine[];
  /** What the audit log was told, in turn. */
  readonly audited: AuditEntry[];
  /** The setting `webui.session_timeout_minutes`. */
  readonly setting: { timeoutMinutes: number };
  /** Opens it again on the same stores, as after a restart. */
  reopen(): Promise<AdminAccess>;
}

export const setupCode = "ABCD-EFGH-2345";

/** Opens the access of a service that nobody has visited; what a test does not name is ordinary. */
export async function openMemoryAdminAccess(overrides: Partial<AdminAccessOptions> = {}): Promise<MemoryAdminAccess> {
  const clock = { nowMs: Date.UTC(2026, 10, 22, 12) };
  const parts = {
    clock,
    sessions: new MemorySessionStore(),
    passwords: new MemoryPasswordStore(),
    hasher: new QuickHasher(),
    lines: [] as LogLine[],
    audited: [] as AuditEntry[],
    setting: { timeoutMinutes: 480 },
  };
  const note = (event: string, message: string, facts?: LogFacts) =>
    void parts.lines.push({ event, facts: { ...facts, message } });
  const logger: Logger = { debug: note, info: note, warn: note, error: note };
  const reopen = () =>
    AdminAccess.open({
      ...parts,
      crypto,
      clock: { nowMs: () => clock.nowMs, after: () => () => {} },
      logger,
      audit: (entry) => void parts.audited.push(entry),
      sessionTimeoutMinutes: () => parts.setting.timeoutMinutes,
      setupCode,
      ...overrides,
    });
  return { ...parts, access: await reopen(), reopen };
}
