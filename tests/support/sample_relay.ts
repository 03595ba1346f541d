/** A relay as deliveries see it; what a test does not name is ordinary. */
import { findProvider } from "../../core/relay/provider_table.ts";
import type { Relay } from "../../core/relay/relay.ts";

/** The relay `name` of the provider `smtp`, enabled, not the default one. */
export function sampleRelay(name: string, overrides: Partial<Relay> = {}): Relay {
  const { provider = "smtp" } = overrides;
  return {
    id: `rly_${name}`,
    name,
    provider,
    carrier: findProvider(provider)?.carrier.kind ?? null,
    settings: {},
    enabled: true,
    isDefault: false,
    concurrency: 4,
    maxMessageBytes: null,
    fallback: null,
    fallbackAfterSeconds: 300,
    ...overrides,
  };
}
