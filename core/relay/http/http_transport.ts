/** The transport of every provider with an HTTP API. */
import type { DeliveryReport } from "../outcome.ts";
import type { Provider } from "../provider/provider.ts";
import type { Relay } from "../relay.ts";
import type { OutgoingMessage, Transport } from "../transport.ts";
import { HttpDelivery, type HttpDeliveryOptions } from "./http_delivery.ts";

/** What an {@link HttpTransport} needs from its surroundings. */
export interface HttpTransportOptions extends HttpDeliveryOptions {
  readonly findProvider: (name: string) => Provider | undefined;
}

/** {@link Transport} over HTTP; the connections are those of the `fetch` that it is given. */
export class HttpTransport implements Transport {
  readonly #options: HttpTransportOptions;

  constructor(options: HttpTransportOptions) {
    this.#options = options;
  }

  async send(relay: Relay, message: OutgoingMessage, signal: AbortSignal): Promise<DeliveryReport> {
    const provider = this.#options.findProvider(relay.provider);
    if (provider?.carrier.kind !== "http") {
      throw new TypeError(`Cannot send over HTTP as a provider: current value is ${relay.provider}`);
    }
    return await new HttpDelivery(this.#options, provider, provider.carrier.api, relay, message, signal).run();
  }
}
