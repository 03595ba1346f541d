/** The life of API keys: create, list, revoke. */
import { DispatchError } from "../error/mod.ts";
import type { ApiKeyRecord } from "./api_key_store.ts";
import { BearerService, type BearerServiceOptions, type BearerView, viewBearer } from "./bearer_service.ts";

/** What every key starts with. */
export const apiKeyPrefix = "dsp_live_";

/** What operators see of an API key. */
export interface ApiKeyView extends BearerView {
  /** Requests a minute; `null` follows `api.rate_limit_per_key`, `0` is no limit. */
  readonly ratePerMinute: number | null;
}

/** A key that was just created. */
export interface CreatedApiKey {
  readonly id: string;
  readonly name: string;
  readonly ratePerMinute: number | null;
  /** The key itself, known to nobody but the caller from here on. */
  readonly key: string;
}

/** Creates, lists and revokes API keys. */
export class ApiKeyService {
  readonly #keys: BearerService<ApiKeyRecord>;

  constructor(options: BearerServiceOptions<ApiKeyRecord>) {
    this.#keys = new BearerService(options, {
      prefix: apiKeyPrefix,
      idPrefix: "key_",
      exists: (name) => new DispatchError("api_key_exists", { name }),
      unknown: (id) => new DispatchError("api_key_unknown", { id }),
    });
  }

  /**
   * Creates a key.
   *
   * @throws {DispatchError} `api_key_exists` when a key that is not revoked has that name
   */
  async create(name: string, ratePerMinute: number | null): Promise<CreatedApiKey> {
    const { record, secret } = await this.#keys.create(name, (fresh) => ({ ...fresh, ratePerMinute }));
    return { id: record.id, name, ratePerMinute, key: secret };
  }

  /** All keys, revoked ones too, oldest first. */
  async list(): Promise<ApiKeyView[]> {
    return (await this.#keys.list()).map(viewApiKey);
  }

  /** Revokes a key; one that is revoked already stays as it is. @throws {DispatchError} `api_key_unknown` */
  async revoke(id: string): Promise<ApiKeyView> {
    return viewApiKey(await this.#keys.revoke(id));
  }
}

function viewApiKey(record: ApiKeyRecord): ApiKeyView {
  return { ...viewBearer(record), ratePerMinute: record.ratePerMinute };
}
