/** The provider `local`: captures mail in the spool and delivers nothing. */
import type { Transport } from "./transport.ts";

/** Name of the provider whose deliveries stay in the local inbox. */
export const localProvider = "local";

/** Takes every recipient; the spool keeps the message as `captured`. */
export const localTransport: Transport = {
  async send(_relay, { recipients }) {
    return {
      outcomes: recipients.map((address) => ({
        address,
        result: "delivered",
        response: "Captured in the local inbox",
      })),
      providerMessageId: null,
      retryAfterSeconds: null,
    };
  },
};
