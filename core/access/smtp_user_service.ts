/** The life of SMTP users: add, list, set, change the password, remove. */
import type { PasswordHasher } from "../capabilities.ts";
import { DispatchError } from "../error/mod.ts";
import { Mutex } from "../lifecycle/mutex.ts";
import { acceptSmtpPassword } from "./smtp_password.ts";
import type { SmtpUserChange, SmtpUserRecord, SmtpUserStore } from "./smtp_user_store.ts";

/** What a user may do: canonical ranges and patterns, as the operations read them; an empty list allows all. */
export interface SmtpUserLimits {
  readonly allowedAddresses: readonly string[];
  readonly allowedSenders: readonly string[];
}

/** What operators see of a user; times are ISO 8601, UTC. */
export interface SmtpUserView extends SmtpUserLimits {
  readonly name: string;
  readonly createdAt: string;
  readonly passwordSetAt: string;
  readonly lastUsedAt: string | null;
  /** How often the user has signed in. */
  readonly useCount: number;
}

/** What an {@link SmtpUserService} needs from its surroundings. */
export interface SmtpUserServiceOptions {
  readonly store: SmtpUserStore;
  readonly hasher: PasswordHasher;
  readonly nowMs: () => number;
  /** Makes ids: `prefix` + 32 hex digits of a UUIDv7. */
  readonly uniqueId: (prefix: string) => string;
  /** Called with all users after each change, before the change is answered: from then on an old password opens nothing. */
  readonly publish: (records: readonly SmtpUserRecord[]) => void;
}

/** Keeps the users; one change at a time. Names come normalized. */
export class SmtpUserService {
  readonly #options: SmtpUserServiceOptions;
  readonly #changes = new Mutex();

  constructor(options: SmtpUserServiceOptions) {
    this.#options = options;
  }

  /** Adds a user. @throws {DispatchError} `user_exists`, `password_too_short`, `password_too_long`, `password_has_controls`, `sign_in_busy` */
  async add(name: string, password: string, limits: SmtpUserLimits): Promise<SmtpUserView> {
    const { store, hasher, nowMs, uniqueId } = this.#options;
    const accepted = acceptSmtpPassword(password);
    return this.#change(name, async () => {
      if ((await this.#find(name)) !== undefined) throw new DispatchError("user_exists", { name });
      const passwordHash = await hasher.hash(accepted);
      const atMs = nowMs();
      await store.add({
        id: uniqueId("usr_"),
        name,
        passwordHash,
        allowedCidrs: limits.allowedAddresses,
        allowedSenders: limits.allowedSenders,
        createdAtMs: atMs,
        passwordSetAtMs: atMs,
        lastUsedAtMs: null,
        useCount: 0,
      });
    });
  }

  /** All users by name. */
  async list(): Promise<SmtpUserView[]> {
    return (await this.#options.store.list()).map(viewUser);
  }

  /** Replaces the lists that are given. @throws {DispatchError} `user_unknown` */
  set(name: string, { allowedAddresses, allowedSenders }: Partial<SmtpUserLimits>): Promise<SmtpUserView> {
    return this.#change(name, () =>
      this.#update(name, {
        ...(allowedAddresses === undefined ? {} : { allowedCidrs: allowedAddresses }),
        ...(allowedSenders === undefined ? {} : { allowedSenders }),
      }),
    );
  }

  /** Replaces the password. @throws {DispatchError} `user_unknown`, `password_too_short`, `password_too_long`, `password_has_controls`, `sign_in_busy` */
  async setPassword(name: string, password: string): Promise<SmtpUserView> {
    const { hasher, nowMs } = this.#options;
    const accepted = acceptSmtpPassword(password);
    return this.#change(name, async () => {
      await this.#require(name);
      const passwordHash = await hasher.hash(accepted);
      await this.#update(name, { passwordHash, passwordSetAtMs: nowMs() });
    });
  }

  /** Removes the user, and returns what it was. @throws {DispatchError} `user_unknown` */
  remove(name: string): Promise<SmtpUserView> {
    return this.#changes.run(async () => {
      const record = await this.#require(name);
      await this.#options.store.remove(record.id);
      await this.#publish();
      return viewUser(record);
    });
  }

  /** Does `act`, and shows the user as it is then. */
  #change(name: string, act: () => Promise<void>): Promise<SmtpUserView> {
    return this.#changes.run(async () => {
      await act();
      await this.#publish();
      return viewUser(await this.#require(name));
    });
  }

  async #update(name: string, change: SmtpUserChange): Promise<void> {
    const { id } = await this.#require(name);
    if (Object.keys(change).length > 0) await this.#options.store.change(id, change);
  }

  async #require(name: string): Promise<SmtpUserRecord> {
    const record = await this.#find(name);
    if (record === undefined) throw new DispatchError("user_unknown", { name });
    return record;
  }

  async #find(name: string): Promise<SmtpUserRecord | undefined> {
    return (await this.#options.store.list()).find((record) => record.name === name);
  }

  async #publish(): Promise<void> {
    this.#options.publish(await this.#options.store.list());
  }
}

function viewUser(record: SmtpUserRecord): SmtpUserView {
  return {
    name: record.name,
    allowedAddresses: record.allowedCidrs,
    allowedSenders: record.allowedSenders,
    createdAt: new Date(record.createdAtMs).toISOString(),
    passwordSetAt: new Date(record.passwordSetAtMs).toISOString(),
    lastUsedAt: record.lastUsedAtMs === null ? null : new Date(record.lastUsedAtMs).toISOString(),
    useCount: record.useCount,
  };
}
