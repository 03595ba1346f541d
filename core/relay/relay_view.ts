/** What operators see of a relay. */

import { type GivenValue, maskSettings } from "./provider_settings.ts";
import { findProvider } from "./provider_table.ts";
import type { Relay } from "./relay.ts";
import type { StoredRelay } from "./relay_store.ts";

/** A relay with its secrets masked. */
export interface RelayView {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  readonly enabled: boolean;
  readonly default: boolean;
  /** Concurrent deliveries, 1–32. */
  readonly concurrency: number;
  /** All settings of the provider, with defaults; `null` where nothing is set, `secretMask` for a secret that is. */
  readonly settings: Readonly<Record<string, GivenValue>>;
  /** Why the relay can't be used; `null` when it can. */
  readonly problem: string | null;
}

/** The view of a relay as stored; `ready` is what was made of it. */
export function viewRelay(stored: StoredRelay, ready: Relay): RelayView {
  const provider = findProvider(stored.provider);
  return {
    id: stored.id,
    name: stored.name,
    provider: stored.provider,
    enabled: stored.enabled,
    default: stored.isDefault,
    concurrency: stored.concurrency,
    // Without its provider nobody knows which of its settings are secret.
    settings: provider === undefined ? {} : maskSettings(provider, stored.settings),
    problem: ready.problem ?? null,
  };
}
