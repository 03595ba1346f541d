/** A relay that is not saved: what an operator has typed, checked as it would be when it is added. */
import { DispatchError } from "../error/mod.ts";
import {
  applyChanges,
  checkSettings,
  type GivenSettings,
  readGivenSettings,
  withDefaults,
} from "./provider_settings.ts";
import { requireProvider } from "./provider_table.ts";
import type { Relay } from "./relay.ts";
import { defaultLimits } from "./relay_limits.ts";

/** What there is to be said about it. */
export interface RelayDraft extends GivenSettings {
  readonly provider: string;
}

/**
 * The relay that adding `draft` would make, ready for use, under the name of its provider.
 *
 * @throws {DispatchError} `provider_unknown`, `relay_setting_unknown`, `relay_secret_in_the_open`, or `relay_invalid`
 * with all violations
 */
export function draftRelay(draft: RelayDraft): Relay {
  const provider = requireProvider(draft.provider);
  const given = readGivenSettings(provider, draft);
  const settings = applyChanges({}, given.changes);
  const refused = new Set(given.violations.map(({ key }) => key));
  // A value that was refused is not also missing.
  const others = checkSettings(provider, settings).filter(({ key }) => !refused.has(key));
  const violations = [...given.violations, ...others];
  if (violations.length > 0) throw new DispatchError("relay_invalid", { violations });
  return {
    id: `rly_${"0".repeat(32)}`,
    name: provider.name,
    provider: provider.name,
    carrier: provider.carrier.kind,
    settings: withDefaults(provider, settings),
    enabled: true,
    isDefault: false,
    ...defaultLimits,
    maxMessageBytes: provider.maxMessageBytes,
  };
}
