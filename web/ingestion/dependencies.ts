/** What the ingestion API needs from its surroundings. */
import type { RateDecision } from "../../core/access/rate_limiter.ts";
import type { HttpConnection } from "../../core/ingest/http_listener.ts";
import type { Intake } from "../../core/ingest/intake.ts";
import type { StatusReader } from "../../core/ingest/status_view.ts";
import type { WholeBodies } from "../../core/ingest/whole_bodies.ts";

/** An API key that opened the door. */
export interface AuthenticatedKey {
  /** `key_…` */
  readonly id: string;
  /** Requests a minute; `null` follows the setting, `0` is no limit. */
  readonly ratePerMinute: number | null;
}

/** Settings of the API, read anew for each request. */
export interface IngestionSettings {
  /** `api.max_message_bytes` */
  readonly maxMessageBytes: number;
  /** `api.rate_limit_per_key`; `0` is no limit. */
  readonly ratePerMinute: number;
}

/** A request that was refused at the door, for the log. */
export interface Refusal {
  readonly error: unknown;
  readonly connection: HttpConnection;
  /** `null` when it was refused before it had shown a key. */
  readonly apiKeyId: string | null;
  readonly method: string;
  readonly path: string;
}

/** What the ingestion API needs from its surroundings. */
export interface IngestionDependencies {
  readonly intake: Intake;
  readonly status: Pick<StatusReader, "find" | "list">;
  readonly settings: () => IngestionSettings;
  /** Whether `api.trusted_proxies` holds the address. */
  readonly isProxy: (address: string) => boolean;
  /** Whether `api.allowed_cidrs` holds the address. */
  readonly isAllowed: (address: string) => boolean;
  /** Takes the `Authorization` header. @throws {DispatchError} `key_missing`, `key_invalid` */
  readonly authenticate: (authorization: string | undefined) => AuthenticatedKey | Promise<AuthenticatedKey>;
  /** Asks for one request of the key; `0` is no limit. */
  readonly takeRequest: (keyId: string, perMinute: number) => RateDecision;
  /** Shared by all listeners. */
  readonly bodies: WholeBodies;
  readonly crypto: Crypto;
  readonly nowMs: () => number;
  /** Value of a new `Message-ID`, without angle brackets. */
  readonly newMessageId: () => string;
  /** Told of each refused request; what is no intake error was answered as `internal_error` and belongs in the log. */
  readonly onRefusal: (refusal: Refusal) => void;
  /** Version of Dispatch, for the OpenAPI document. */
  readonly version: string;
}

/** Types of the app's contexts. */
export interface IngestionEnv {
  Bindings: HttpConnection;
  Variables: { key: AuthenticatedKey };
}
