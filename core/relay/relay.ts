/** A relay: a named instance of a provider, with its own credentials. */

import type { RoutingRule } from "../routing/routing_rule.ts";
import type { CarrierKind } from "./provider/provider.ts";

/** Settings of a provider's instance, by name; secrets in the clear, so this never leaves the process. */
export type RelaySettings = Readonly<Record<string, string | number | boolean>>;

/** A configured relay, ready for use. */
export interface Relay {
  /** `rly_` + 32 hex digits of a UUIDv7. */
  readonly id: string;
  /** Unique; 1–64 characters, letters, digits, `.`, `_`, `-`. */
  readonly name: string;
  readonly provider: string;
  /** How its messages leave; `null` when its provider is not known. */
  readonly carrier: CarrierKind | null;
  readonly settings: RelaySettings;
  readonly enabled: boolean;
  readonly isDefault: boolean;
  /** Concurrent deliveries, 1–32. */
  readonly concurrency: number;
  /** Size in bytes of the largest message that it is given, the operator's limit or the provider's; `null` is none. */
  readonly maxMessageBytes: number | null;
  /** Name of the relay that takes over what this one could not deliver; `null` is none. */
  readonly fallback: string | null;
  /** How long all attempts must have failed temporarily before the fallback takes over, in seconds. */
  readonly fallbackAfterSeconds: number;
  /** Why it can't be used, one or two sentences: its settings are empty then. Absent when it can. */
  readonly problem?: string;
}

/** All relays and rules at one moment: plain data, which crosses threads. Replaced whole, never changed. */
export interface RelayTable {
  readonly relays: readonly Relay[];
  /** By priority: the first that fits a recipient wins. */
  readonly rules: readonly RoutingRule[];
}
