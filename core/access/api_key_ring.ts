/** The API keys that are good at this moment, in memory, so that no request waits for a database. */
import { DispatchError } from "../error/mod.ts";
import { digestApiKey, looksLikeApiKey } from "./api_key.ts";
import type { ApiKeyRecord, ApiKeyUse } from "./api_key_store.ts";
import { equalSecrets } from "./equal_secrets.ts";

/** What an {@link ApiKeyRing} needs from its surroundings. */
export interface ApiKeyRingOptions {
  readonly crypto: Pick<Crypto, "subtle">;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly nowMs: () => number;
}

/** Authenticates requests by their keys, and counts the uses until they are taken to be stored. */
export class ApiKeyRing {
  readonly #options: ApiKeyRingOptions;
  #recordsByDigest: ReadonlyMap<string, ApiKeyRecord> = new Map();
  #uses = new Map<string, ApiKeyUse>();

  constructor(options: ApiKeyRingOptions) {
    this.#options = options;
  }

  /** Replaces all keys; the next `authenticate` to find a key looks among these. Revoked ones are left out. */
  replace(records: readonly ApiKeyRecord[]): void {
    const unrevoked = records.filter((record) => record.revokedAtMs === null);
    this.#recordsByDigest = new Map(unrevoked.map((record) => [record.digest, record]));
  }

  /**
   * Finds the key in an `Authorization` header (`Bearer dsp_live_…`, RFC 6750 section 2.1) and counts one use of it.
   *
   * @throws {DispatchError} `key_missing`, `key_invalid`
   */
  async authenticate(authorization: string | null | undefined): Promise<ApiKeyRecord> {
    const key = /^Bearer +(\S+) *$/i.exec(authorization ?? "")?.[1];
    if (key === undefined) throw new DispatchError("key_missing", {});
    if (!looksLikeApiKey(key)) throw new DispatchError("key_invalid", {});
    const digest = await digestApiKey(this.#options.crypto, key);
    const record = this.#recordsByDigest.get(digest);
    if (record === undefined || !equalSecrets(record.digest, digest)) throw new DispatchError("key_invalid", {});
    this.#countUse(record.id);
    return record;
  }

  /** Hands over the uses counted since the last call; the caller stores them. */
  takeUses(): readonly ApiKeyUse[] {
    const uses = [...this.#uses.values()];
    this.#uses = new Map();
    return uses;
  }

  #countUse(id: string): void {
    const uses = (this.#uses.get(id)?.uses ?? 0) + 1;
    this.#uses.set(id, { id, uses, lastUsedAtMs: this.#options.nowMs() });
  }
}
