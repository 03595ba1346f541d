/** Between relays as stored, secrets sealed, and relays ready for use, secrets in the clear. */
import { isDispatchError } from "../error/mod.ts";
import type { SecretBox } from "../secret/secret_box.ts";
import type { Provider } from "./provider/provider.ts";
import { withDefaults } from "./provider_settings.ts";
import { findProvider } from "./provider_table.ts";
import type { Relay, RelaySettings } from "./relay.ts";
import type { StoredRelay } from "./relay_store.ts";

/** Where a relay's secret is stored, as the secret box knows it. */
export function placeOfSecret(relayId: string, setting: string): string {
  return `relay/${relayId}/${setting}`;
}

/**
 * Makes a stored relay ready for use.
 *
 * One that can't be, because its secret does not open or its provider is not known, comes back without settings and with
 * the problem in words: what is wrong with one relay is no reason to stop the others.
 */
export async function readyRelay(box: Pick<SecretBox, "open">, stored: StoredRelay): Promise<Relay> {
  const provider = findProvider(stored.provider);
  if (provider === undefined) {
    const problem = `This Dispatch does not know the provider ${stored.provider}.`;
    return { ...stored, carrier: null, settings: {}, problem };
  }
  const maxMessageBytes = smallerLimit(stored.maxMessageBytes, provider.maxMessageBytes);
  const relay = { ...stored, carrier: provider.carrier.kind, maxMessageBytes };
  try {
    return { ...relay, settings: withDefaults(provider, await openSettings(box, provider, stored)) };
  } catch (error) {
    if (!isDispatchError(error, "secret_unreadable")) throw error;
    return { ...relay, settings: {}, problem: `${error.message} ${error.remedy}` };
  }
}

function smallerLimit(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}

async function openSettings(
  box: Pick<SecretBox, "open">,
  provider: Provider,
  { id, settings }: StoredRelay,
): Promise<RelaySettings> {
  const opened = Object.entries(settings).map(async ([name, value]) => {
    const isSealed = provider.settings[name]?.secret === true;
    return [name, isSealed ? await box.open(placeOfSecret(id, name), String(value)) : value] as const;
  });
  return Object.fromEntries(await Promise.all(opened));
}
