/** The API keys that are good at this moment. */
import { DispatchError } from "../error/mod.ts";
import { apiKeyPrefix } from "./api_key_service.ts";
import type { ApiKeyRecord } from "./api_key_store.ts";
import { BearerRing, type BearerRingOptions } from "./bearer_ring.ts";
import { readBearer } from "./bearer_secret.ts";

/** Authenticates requests by their keys. */
export class ApiKeyRing extends BearerRing<ApiKeyRecord> {
  constructor(options: Omit<BearerRingOptions, "prefix">) {
    super({ ...options, prefix: apiKeyPrefix });
  }

  /**
   * Finds the key in an `Authorization` header (`Bearer dsp_live_…`) and counts one use of it.
   *
   * @throws {DispatchError} `key_missing`, `key_invalid`
   */
  async authenticate(authorization: string | null | undefined): Promise<ApiKeyRecord> {
    const key = readBearer(authorization);
    if (key === null) throw new DispatchError("key_missing", {});
    const record = await this.find(key);
    if (record === null) throw new DispatchError("key_invalid", {});
    return record;
  }
}
