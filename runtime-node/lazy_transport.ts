/** A transport whose code is loaded with its first message. */
import type { Transport } from "../core/relay/transport.ts";

/** Makes the transport once, when it is first needed; what fails is tried again with the next message. */
export function lazyTransport(make: () => Promise<Transport>): Transport {
  let made: Promise<Transport> | undefined;
  return {
    async send(relay, message, signal) {
      made ??= make().catch((error) => {
        made = undefined;
        throw error;
      });
      return (await made).send(relay, message, signal);
    },
  };
}
