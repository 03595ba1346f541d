/** Decides over which relay each recipient of a message goes. */
import type { Relay, RelayTable } from "../relay/relay.ts";

/** Recipients of one message that go over the same relay. */
export interface Route<Recipient> {
  /** `null` when no relay can be used. */
  readonly relay: Relay | null;
  /** Name of the rule that chose it; `null` is the default. */
  readonly rule: string | null;
  readonly recipients: readonly Recipient[];
}

/** Groups `recipients` by the relay that takes them: the default relay, when it is enabled. */
export function routeRecipients<Recipient>(table: RelayTable, recipients: readonly Recipient[]): Route<Recipient>[] {
  const relay = table.relays.find(({ isDefault, enabled }) => isDefault && enabled) ?? null;
  return [{ relay, rule: null, recipients }];
}
