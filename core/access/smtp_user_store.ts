/** Where the users of SMTP are stored; never their passwords, only the hashes. Types only. */
import type { Use } from "./use_tally.ts";

/** What is stored about a user. */
export interface SmtpUserRecord {
  /** `usr_` + 32 hex digits of a UUIDv7. */
  readonly id: string;
  /** Unique; in the form of `normalizeUserName`. */
  readonly name: string;
  /** The PHC string of Argon2id. */
  readonly passwordHash: string;
  /** Canonical CIDR ranges from which the user may sign in; empty is every address that may send at all. */
  readonly allowedCidrs: readonly string[];
  /** Canonical sender patterns; empty is every sender. */
  readonly allowedSenders: readonly string[];
  readonly createdAtMs: number;
  readonly passwordSetAtMs: number;
  readonly lastUsedAtMs: number | null;
  /** How often the user has signed in. */
  readonly useCount: number;
}

/** What may be changed of a user. */
export type SmtpUserChange = Partial<
  Pick<SmtpUserRecord, "passwordHash" | "passwordSetAtMs" | "allowedCidrs" | "allowedSenders">
>;

/** Where users are stored. */
export interface SmtpUserStore {
  /** All users by name. */
  list(): Promise<SmtpUserRecord[]>;
  add(record: SmtpUserRecord): Promise<void>;
  change(id: string, change: SmtpUserChange): Promise<void>;
  remove(id: string): Promise<void>;
  /** Adds to the counts of many in one transaction. */
  addUses(uses: readonly Use[]): Promise<void>;
}
