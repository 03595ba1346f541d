/** Errors that end one attempt to hand a message to a provider; its recipients' outcomes tell of them. */
import { defineError } from "./definition.ts";

export const deliveryErrors = {
  /** Permanent: no later attempt would fare better. */
  message_inexpressible: defineError<{ provider: string; what: string }>({
    status: 422,
    message: ({ provider, what }) => `The API of ${provider} has no way to carry this message: ${what}.`,
    remedy: () => "Route such messages to a relay whose provider takes them whole, such as an SMTP smart host.",
  }),
  /** Permanent: a request on the way to the one that carries the message was refused, as for an access token. */
  provider_refused: defineError<{ provider: string; reason: string }>({
    status: 502,
    message: ({ provider, reason }) => `${provider} refused: ${reason}.`,
    remedy: () => "Look at the credentials of the relay.",
  }),
  /** Temporary: such a request got no answer, or one that means to try again. */
  provider_unreachable: defineError<{ provider: string; reason: string; retryAfterSeconds: number | null }>({
    status: 503,
    message: ({ provider, reason }) => `${provider} did not answer as it should: ${reason}.`,
  }),
} as const;
