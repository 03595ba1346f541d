/** Where API keys are stored. Types only. */
import type { BearerRecord, BearerStore } from "./bearer_store.ts";

/** What is stored about an API key. */
export interface ApiKeyRecord extends BearerRecord {
  /** Requests a minute; `null` follows `api.rate_limit_per_key`, `0` is no limit. */
  readonly ratePerMinute: number | null;
}

/** Where API keys are stored. */
export type ApiKeyStore = BearerStore<ApiKeyRecord>;
