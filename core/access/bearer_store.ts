/** Where the secrets of programs are stored; never the secrets themselves, only their digests. */
import type { Use } from "./use_tally.ts";

/** What is stored about a secret of any kind. */
export interface BearerRecord {
  /** The kind's prefix + 32 hex digits of a UUIDv7. */
  readonly id: string;
  /** Unique among the unrevoked of its kind; 1–64 characters. */
  readonly name: string;
  /** SHA-256 of the whole secret, lower-case hex. */
  readonly digest: string;
  readonly createdAtMs: number;
  readonly revokedAtMs: number | null;
  readonly lastUsedAtMs: number | null;
  readonly useCount: number;
}

/** Where the secrets of one kind are stored. */
export interface BearerStore<Stored extends BearerRecord> {
  /** All of them, revoked ones too, oldest first. */
  list(): Promise<Stored[]>;
  add(record: Stored): Promise<void>;
  /** Marks it as revoked; tells whether there was one to revoke. */
  revoke(id: string, atMs: number): Promise<boolean>;
  /** Adds to the counts of many in one transaction. */
  addUses(uses: readonly Use[]): Promise<void>;
}
