/** The transport of every provider with an HTTP API. */
import type { DeliveryReport } from "../outcome.ts";
import type { Provider } from "../provider/provider.ts";
import type { Relay } from "../relay.ts";
import { sameForAll } from "../sound_report.ts";
import type { OutgoingMessage, Transport } from "../transport.ts";
import { HttpDelivery, type HttpDeliveryOptions } from "./http_delivery.ts";
import { MessageRoom } from "./message_room.ts";

/**
 * How much of large messages one relay has in memory at a time. With its base64 and the body around that, a message takes
 * several times its size.
 */
const roomBytes = 64 * 1024 * 1024;

/** What an {@link HttpTransport} needs from its surroundings. */
export interface HttpTransportOptions extends HttpDeliveryOptions {
  readonly findProvider: (name: string) => Provider | undefined;
}

/** {@link Transport} over HTTP; the connections are those of the `fetch` that it is given. */
export class HttpTransport implements Transport {
  readonly #options: HttpTransportOptions;
  readonly #room = new MessageRoom(roomBytes);

  constructor(options: HttpTransportOptions) {
    this.#options = options;
  }

  async send(relay: Relay, message: OutgoingMessage, signal: AbortSignal): Promise<DeliveryReport> {
    const provider = this.#options.findProvider(relay.provider);
    if (provider?.carrier.kind !== "http") {
      throw new TypeError(`Cannot send over HTTP as a provider: current value is ${relay.provider}`);
    }
    const delivery = new HttpDelivery(this.#options, provider, provider.carrier.api, relay, message, signal);
    // A small one is in memory already.
    if (message.content.kind === "inline") return await delivery.run();
    const leave = await this.#room.enter(relay.id, message.entry.sizeBytes, signal);
    if (leave === null) return sameForAll(message.recipients, "temporary", "The delivery was stopped");
    return await delivery.run().finally(leave);
  }
}
