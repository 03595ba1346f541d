/** Where API keys are stored; never the keys themselves, only their digests. */

/** What is stored about an API key. */
export interface ApiKeyRecord {
  /** `key_` + 32 hex digits of a UUIDv7. */
  readonly id: string;
  /** Unique among the keys that are not revoked; 1–64 characters. */
  readonly name: string;
  /** SHA-256 of the whole key, lower-case hex. */
  readonly digest: string;
  /** Requests a minute; `null` follows `api.rate_limit_per_key`, `0` is no limit. */
  readonly ratePerMinute: number | null;
  readonly createdAtMs: number;
  readonly revokedAtMs: number | null;
  readonly lastUsedAtMs: number | null;
  readonly useCount: number;
}

/** How often a key was used since the last time that was stored. */
export interface ApiKeyUse {
  readonly id: string;
  readonly uses: number;
  readonly lastUsedAtMs: number;
}

/** Where API keys are stored. */
export interface ApiKeyStore {
  /** All keys, revoked ones too, oldest first. */
  list(): Promise<ApiKeyRecord[]>;
  add(record: ApiKeyRecord): Promise<void>;
  /** Marks the key as revoked; tells whether there was one to revoke. */
  revoke(id: string, atMs: number): Promise<boolean>;
  /** Adds to the counts of many keys in one transaction. */
  addUses(uses: readonly ApiKeyUse[]): Promise<void>;
}
