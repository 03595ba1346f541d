/** The life of API keys: create, list, revoke. */
import { DispatchError } from "../error/mod.ts";
import { Mutex } from "../lifecycle/mutex.ts";
import { digestApiKey, generateApiKey } from "./api_key.ts";
import type { ApiKeyRecord, ApiKeyStore } from "./api_key_store.ts";

/** What operators see of an API key; times are ISO 8601, UTC. */
export interface ApiKeyView {
  readonly id: string;
  readonly name: string;
  /** Requests a minute; `null` follows `api.rate_limit_per_key`, `0` is no limit. */
  readonly ratePerMinute: number | null;
  readonly createdAt: string;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
  readonly useCount: number;
}

/** A key that was just created. */
export interface CreatedApiKey {
  readonly id: string;
  readonly name: string;
  readonly ratePerMinute: number | null;
  /** The key itself, known to nobody but the caller from here on. */
  readonly key: string;
}

/** What an {@link ApiKeyService} needs from its surroundings. */
export interface ApiKeyServiceOptions {
  readonly store: ApiKeyStore;
  readonly crypto: Crypto;
  readonly nowMs: () => number;
  /** Makes ids: `prefix` + 32 hex digits of a UUIDv7. */
  readonly uniqueId: (prefix: string) => string;
  /** Called with all keys after each change, before the change is answered: from then on a revoked key opens nothing. */
  readonly publish: (records: readonly ApiKeyRecord[]) => void;
}

/** Creates, lists and revokes API keys; one change at a time. */
export class ApiKeyService {
  readonly #options: ApiKeyServiceOptions;
  readonly #changes = new Mutex();

  constructor(options: ApiKeyServiceOptions) {
    this.#options = options;
  }

  /**
   * Creates a key.
   *
   * @throws {DispatchError} `api_key_exists` when a key that is not revoked has that name
   */
  create(name: string, ratePerMinute: number | null): Promise<CreatedApiKey> {
    return this.#change(async ({ store, crypto, nowMs, uniqueId }) => {
      const records = await store.list();
      if (records.some((record) => record.name === name && record.revokedAtMs === null)) {
        throw new DispatchError("api_key_exists", { name });
      }
      const key = generateApiKey(crypto);
      const id = uniqueId("key_");
      await store.add({
        id,
        name,
        digest: await digestApiKey(crypto, key),
        ratePerMinute,
        createdAtMs: nowMs(),
        revokedAtMs: null,
        lastUsedAtMs: null,
        useCount: 0,
      });
      return { id, name, ratePerMinute, key };
    });
  }

  /** All keys, revoked ones too, oldest first. */
  async list(): Promise<ApiKeyView[]> {
    return (await this.#options.store.list()).map(viewApiKey);
  }

  /**
   * Revokes a key; one that is revoked already stays as it is.
   *
   * @throws {DispatchError} `api_key_unknown`
   */
  revoke(id: string): Promise<ApiKeyView> {
    return this.#change(async ({ store, nowMs }) => {
      await store.revoke(id, nowMs());
      const record = (await store.list()).find((candidate) => candidate.id === id);
      if (record === undefined) throw new DispatchError("api_key_unknown", { id });
      return viewApiKey(record);
    });
  }

  #change<Result>(act: (options: ApiKeyServiceOptions) => Promise<Result>): Promise<Result> {
    return this.#changes.run(async () => {
      const result = await act(this.#options);
      this.#options.publish(await this.#options.store.list());
      return result;
    });
  }
}

function viewApiKey(record: ApiKeyRecord): ApiKeyView {
  return {
    id: record.id,
    name: record.name,
    ratePerMinute: record.ratePerMinute,
    createdAt: new Date(record.createdAtMs).toISOString(),
    revokedAt: toIsoText(record.revokedAtMs),
    lastUsedAt: toIsoText(record.lastUsedAtMs),
    useCount: record.useCount,
  };
}

function toIsoText(timeMs: number | null): string | null {
  return timeMs === null ? null : new Date(timeMs).toISOString();
}
