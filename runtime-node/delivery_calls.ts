/** What the main thread tells the delivery thread. */
import type { MessagePort } from "node:worker_threads";
import type { CourierSettings } from "../core/relay/courier.ts";
import type { RelayTable } from "../core/relay/relay.ts";
import { callsOver, serveCalls } from "./port_calls.ts";

/** Settings of the delivery thread. */
export interface DeliverySettings extends CourierSettings {
  /** `listener.server_name`: the name for EHLO. */
  readonly serverName: string;
}

/** The delivery thread, as the main thread sees it. */
export interface DeliveryControl {
  setRelays(table: RelayTable): Promise<void>;
  setSettings(settings: DeliverySettings): Promise<void>;
}

const methods = ["setRelays", "setSettings"] as const satisfies readonly (keyof DeliveryControl)[];

/** Serves `control` to the other end of `port`. */
export function serveDelivery(port: MessagePort, control: DeliveryControl): void {
  serveCalls<DeliveryControl>(port, control, methods);
}

/** The delivery thread that serves the other end of `port`. */
export function deliveryOverPort(port: MessagePort): DeliveryControl {
  return callsOver<DeliveryControl>(port, methods);
}
