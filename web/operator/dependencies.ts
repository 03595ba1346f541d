/** What the apps of port 8420 need from their surroundings. */
import type { Actor } from "../../core/access/actor.ts";
import type { AdminAccess } from "../../core/access/admin_access.ts";
import type { AdminTokenRing } from "../../core/access/admin_token.ts";
import type { HttpConnection } from "../../core/ingest/http_listener.ts";
import type { HealthDocument } from "../../core/operations/health.ts";
import type { MetricsSnapshot } from "../../core/operations/metrics.ts";
import type { FeedName, InputOf, OperationName, OutputOf } from "../../core/operations/operation_table.ts";
import type { EventStreams } from "../admin/event_streams.ts";

/** Performs an operation on behalf of `actor`. @throws {DispatchError} what the operation refuses with */
export type Perform = <Name extends OperationName>(
  actor: Actor,
  name: Name,
  input: InputOf<Name>,
) => Promise<OutputOf<Name>>;

/** Opens a feed on behalf of `actor`. @throws {DispatchError} what the feed refuses with */
export type OpenFeed = <Name extends FeedName>(
  actor: Actor,
  name: Name,
  input: InputOf<Name>,
) => Promise<ReadableStream<Uint8Array>>;

/** What the apps of port 8420 need. */
export interface OperatorDependencies {
  /** Whether `webui.trusted_proxies` holds the address. */
  readonly isProxy: (address: string) => boolean;
  /** Whether `webui.allowed_cidrs` holds the address, or is empty. */
  readonly isAllowed: (address: string) => boolean;
  /** Whether an address that is allowed may read `/health` and `/metrics`. */
  readonly mayMonitor: (address: string) => boolean;
  readonly health: () => Promise<HealthDocument>;
  readonly metrics: () => Promise<MetricsSnapshot>;
  /** Told of each failed request; what is no error of the domain was answered as `internal_error` and belongs in the log. */
  readonly onFailure: (error: unknown, connection: HttpConnection) => void;
  readonly access: AdminAccess;
  readonly tokens: Pick<AdminTokenRing, "find" | "holds">;
  readonly perform: Perform;
  readonly open: OpenFeed;
  readonly streams: EventStreams;
  /** Dispatch's own version. */
  readonly version: string;
}
