/** The life of the secrets of one kind: create, list, revoke. */
import type { DispatchError } from "../error/mod.ts";
import { Mutex } from "../lifecycle/mutex.ts";
import { digestBearerSecret, generateBearerSecret } from "./bearer_secret.ts";
import type { BearerRecord, BearerStore } from "./bearer_store.ts";

/** All that is particular about one kind of secret. */
export interface BearerKind {
  /** What every secret starts with, and every id. */
  readonly prefix: string;
  readonly idPrefix: string;
  readonly exists: (name: string) => DispatchError;
  readonly unknown: (id: string) => DispatchError;
}

/** What a {@link BearerService} needs from its surroundings. */
export interface BearerServiceOptions<Stored extends BearerRecord> {
  readonly store: BearerStore<Stored>;
  readonly crypto: Crypto;
  readonly nowMs: () => number;
  /** Makes ids: `prefix` + 32 hex digits of a UUIDv7. */
  readonly uniqueId: (prefix: string) => string;
  /** Called with all of them after each change, before the change is answered: from then on a revoked one opens nothing. */
  readonly publish: (records: readonly Stored[]) => void;
}

/** What operators see of a secret of any kind; times are ISO 8601, UTC. */
export interface BearerView {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
  readonly useCount: number;
}

/** Creates, lists and revokes secrets; one change at a time. */
export class BearerService<Stored extends BearerRecord> {
  readonly #options: BearerServiceOptions<Stored>;
  readonly #kind: BearerKind;
  readonly #changes = new Mutex();

  constructor(options: BearerServiceOptions<Stored>, kind: BearerKind) {
    this.#options = options;
    this.#kind = kind;
  }

  /** Creates a secret, which nobody but the caller knows from here on. @throws what the kind has for a name that an unrevoked one has */
  create(name: string, complete: (fresh: BearerRecord) => Stored): Promise<{ record: Stored; secret: string }> {
    const { prefix, idPrefix, exists } = this.#kind;
    return this.#change(async ({ store, crypto, nowMs, uniqueId }) => {
      const records = await store.list();
      if (records.some((record) => record.name === name && record.revokedAtMs === null)) throw exists(name);
      const secret = generateBearerSecret(crypto, prefix);
      const record = complete({
        id: uniqueId(idPrefix),
        name,
        digest: await digestBearerSecret(crypto, secret),
        createdAtMs: nowMs(),
        revokedAtMs: null,
        lastUsedAtMs: null,
        useCount: 0,
      });
      await store.add(record);
      return { record, secret };
    });
  }

  /** All of them, revoked ones too, oldest first. */
  list(): Promise<Stored[]> {
    return this.#options.store.list();
  }

  /** Revokes one; what is revoked already stays as it is. @throws what the kind has for an unknown id */
  revoke(id: string): Promise<Stored> {
    return this.#change(async ({ store, nowMs }) => {
      await store.revoke(id, nowMs());
      const record = (await store.list()).find((candidate) => candidate.id === id);
      if (record === undefined) throw this.#kind.unknown(id);
      return record;
    });
  }

  #change<Result>(act: (options: BearerServiceOptions<Stored>) => Promise<Result>): Promise<Result> {
    return this.#changes.run(async () => {
      const result = await act(this.#options);
      this.#options.publish(await this.#options.store.list());
      return result;
    });
  }
}

/** What operators see of `record`: neither secret nor digest. */
export function viewBearer(record: BearerRecord): BearerView {
  return {
    id: record.id,
    name: record.name,
    createdAt: new Date(record.createdAtMs).toISOString(),
    revokedAt: toIsoText(record.revokedAtMs),
    lastUsedAt: toIsoText(record.lastUsedAtMs),
    useCount: record.useCount,
  };
}

function toIsoText(timeMs: number | null): string | null {
  return timeMs === null ? null : new Date(timeMs).toISOString();
}
