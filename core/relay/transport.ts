/** What carries messages for a provider. */
import type { SpoolContent, SpoolEntry } from "../spool/entry.ts";
import type { DeliveryReport } from "./outcome.ts";
import type { Relay } from "./relay.ts";

/** A message on its way to some of its recipients. */
export interface OutgoingMessage {
  readonly entry: Pick<SpoolEntry, "id" | "sender" | "sizeBytes" | "tags"> &
    Partial<Pick<SpoolEntry, "recipients" | "dsn">>;
  /** The addresses of this attempt. */
  readonly recipients: readonly string[];
  readonly content: SpoolContent;
}

/**
 * Sends messages over relays of one provider.
 *
 * `send` reports every failure as outcomes and throws only for a bug. It may be called again for the recipients that
 * were not delivered, never for those that were.
 */
export interface Transport {
  send(relay: Relay, message: OutgoingMessage, signal: AbortSignal): Promise<DeliveryReport>;
}
