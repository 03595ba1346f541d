/** The secrets of one kind that are good at this moment, in memory, so that no request waits for a database. */
import { digestBearerSecret, looksLikeBearerSecret } from "./bearer_secret.ts";
import type { BearerRecord } from "./bearer_store.ts";
import { equalSecrets } from "./equal_secrets.ts";
import { type Use, UseTally } from "./use_tally.ts";

/** What a {@link BearerRing} is made with. */
export interface BearerRingOptions {
  readonly crypto: Pick<Crypto, "subtle">;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly nowMs: () => number;
  /** What every secret of the kind starts with. */
  readonly prefix: string;
}

/** Finds the records of secrets, and counts the uses until they are taken to be stored. */
export class BearerRing<Stored extends BearerRecord> {
  readonly #options: BearerRingOptions;
  #byDigest: ReadonlyMap<string, Stored> = new Map();
  readonly #uses = new UseTally();

  constructor(options: BearerRingOptions) {
    this.#options = options;
  }

  /** Replaces all of them; the next `find` to find one looks among these. Revoked ones are left out. */
  replace(records: readonly Stored[]): void {
    const unrevoked = records.filter((record) => record.revokedAtMs === null);
    this.#byDigest = new Map(unrevoked.map((record) => [record.digest, record]));
  }

  /** The record of `secret`, of which one use is counted; `null` when it is unknown, revoked or none at all. */
  async find(secret: string): Promise<Stored | null> {
    const { crypto, nowMs, prefix } = this.#options;
    if (!looksLikeBearerSecret(secret, prefix)) return null;
    const digest = await digestBearerSecret(crypto, secret);
    const record = this.#byDigest.get(digest);
    if (record === undefined || !equalSecrets(record.digest, digest)) return null;
    this.#uses.count(record.id, nowMs());
    return record;
  }

  /** Whether a record that was found is still good. */
  holds({ digest }: Stored): boolean {
    return this.#byDigest.has(digest);
  }

  /** Hands over the uses counted since the last call; the caller stores them. */
  takeUses(): readonly Use[] {
    return this.#uses.take();
  }
}
