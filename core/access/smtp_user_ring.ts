/** The users that may sign in over SMTP at this moment, in memory, so that no sign-in waits for a database. */
import { normalizePassword } from "./admin_password.ts";
import { type CidrList, compileCidrList } from "./cidr_list.ts";
import { RememberedChecks, type RememberedChecksOptions } from "./remembered_checks.ts";
import { matchesSender } from "./sender_pattern.ts";
import { normalizeUserName } from "./smtp_user_name.ts";
import type { SmtpUserRecord } from "./smtp_user_store.ts";
import { type Use, UseTally } from "./use_tally.ts";

/** Who has signed in, for as long as the session lasts. */
export type SmtpIdentity = Pick<SmtpUserRecord, "id" | "name" | "passwordSetAtMs">;

/** Why nobody was signed in; for the operator's eyes. */
export type SignInFault = "unknown" | "address" | "password";

/** What a client gave. */
export interface SmtpCredentials {
  readonly name: string;
  readonly password: string;
  readonly address: string;
}

/** What a {@link SmtpUserRing} is made with. */
export type SmtpUserRingOptions = RememberedChecksOptions;

/** A user, ready to be asked. */
interface KnownUser {
  readonly record: SmtpUserRecord;
  /** `null` allows every address. */
  readonly addresses: CidrList | null;
}

/** Checks passwords, says what a user may do, and counts the sign-ins until they are taken to be stored. */
export class SmtpUserRing {
  readonly #options: SmtpUserRingOptions;
  readonly #checks: RememberedChecks;
  readonly #uses = new UseTally();
  #byName: ReadonlyMap<string, KnownUser> = new Map();

  constructor(options: SmtpUserRingOptions) {
    this.#options = options;
    this.#checks = new RememberedChecks(options);
  }

  /** Replaces all users; a check that is under way is judged by these. */
  replace(records: readonly SmtpUserRecord[]): void {
    this.#byName = new Map(records.map((record) => [record.name, knownUser(record)]));
  }

  /**
   * Signs a user in, or says why not. A wrong name takes the time that a wrong password takes.
   *
   * @throws {DispatchError} `sign_in_busy`
   */
  async signIn({ name, password, address }: SmtpCredentials): Promise<SmtpIdentity | SignInFault> {
    const secret = normalizePassword(password);
    const known = this.#byName.get(normalizeUserName(name) ?? "");
    if (secret === null) return known === undefined ? "unknown" : "password";
    if (known === undefined || known.addresses?.includes(address) === false) {
      await this.#options.hasher.hash(secret);
      return known === undefined ? "unknown" : "address";
    }
    const { record } = known;
    if (!(await this.#checks.verify(secret, record.passwordHash))) return "password";
    // The password may have been changed while it was checked.
    if (!this.holds(record)) return "password";
    this.#uses.count(record.id, this.#options.nowMs());
    return { id: record.id, name: record.name, passwordSetAtMs: record.passwordSetAtMs };
  }

  /** Whether who signed in is still a user, with the same password. */
  holds({ id, name, passwordSetAtMs }: SmtpIdentity): boolean {
    const record = this.#byName.get(name)?.record;
    return record?.id === id && record.passwordSetAtMs === passwordSetAtMs;
  }

  /** Whether the user may name `sender`, an address that `parsePath` has returned, or `""` for the null sender. */
  maySend({ name }: SmtpIdentity, sender: string): boolean {
    const patterns = this.#byName.get(name)?.record.allowedSenders ?? [];
    return sender === "" || patterns.length === 0 || matchesSender(patterns, sender);
  }

  /** Hands over the sign-ins counted since the last call; the caller stores them. */
  takeUses(): readonly Use[] {
    return this.#uses.take();
  }
}

function knownUser(record: SmtpUserRecord): KnownUser {
  const { allowedCidrs } = record;
  return { record, addresses: allowedCidrs.length === 0 ? null : compileCidrList(allowedCidrs) };
}
