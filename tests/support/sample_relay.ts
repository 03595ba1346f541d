/** A relay as deliveries see it; what a test does not name is ordinary. */
import type { Relay } from "../../core/relay/relay.ts";

/** The relay `name` of the provider `smtp`, enabled, not the default one. */
export function sampleRelay(name: string, overrides: Partial<Relay> = {}): Relay {
  return {
    id: `rly_${name}`,
    name,
    provider: "smtp",
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
