/** What operators see of a relay. */

import { type GivenValue, maskSettings } from "./provider_settings.ts";
import { findProvider } from "./provider_table.ts";
import type { Relay } from "./relay.ts";
import type { RelayLimits } from "./relay_limits.ts";
import type { StoredRelay } from "./relay_store.ts";

/** A relay with its secrets masked. */
export interface RelayView extends RelayLimits {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  readonly enabled: boolean;
  readonly default: boolean;
  /** What its provider is, in one line, and where that is documented; `null` where nothing is known of it. */
  readonly summary: string | null;
  readonly documentation: string | null;
  /** How many routing rules name it. They are skipped while it is disabled, or gone. */
  readonly ruleCount: number;
  /** All settings of the provider, with defaults; `null` where nothing is set, `secretMask` for a secret that is. */
  readonly settings: Readonly<Record<string, GivenValue>>;
  /** Why the relay can't be used; `null` when it can. */
  readonly problem: string | null;
}

/** The view of a relay as stored; `ready` is what was made of it, and `ruleCount` rules name it. */
export function viewRelay(stored: StoredRelay, ready: Relay, ruleCount: number): RelayView {
  const provider = findProvider(stored.provider);
  return {
    id: stored.id,
    name: stored.name,
    provider: stored.provider,
    enabled: stored.enabled,
    default: stored.isDefault,
    concurrency: stored.concurrency,
    maxMessageBytes: stored.maxMessageBytes,
    fallback: stored.fallback,
    fallbackAfterSeconds: stored.fallbackAfterSeconds,
    summary: provider?.summary ?? null,
    documentation: provider?.documentation ?? null,
    ruleCount,
    // Without its provider nobody knows which of its settings are secret.
    settings: provider === undefined ? {} : maskSettings(provider, stored.settings),
    problem: ready.problem ?? null,
  };
}
