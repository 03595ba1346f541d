/**
 * What a provider with an HTTP API says about itself: how a message becomes requests, and what the answers mean.
 *
 * Sending, time-outs, bounds and what is common to all answers are `http_transport.ts`; a provider opens no connection.
 */
import type { TokenGrant } from "../oauth/token_grant.ts";
import type { RelaySettings } from "../relay.ts";

/** A message that goes to some of its recipients, whole. */
export interface HttpMessage {
  /** `spl_` + 32 hex digits. */
  readonly id: string;
  /** Reverse-path; `""` is the null sender. */
  readonly sender: string;
  /** The addresses of this attempt, at least one. No other address is sent to, whatever the header section says. */
  readonly recipients: readonly string[];
  readonly tags: readonly string[];
  /** The stored message: header section and body, lines ended by CR LF. */
  readonly mime: Uint8Array<ArrayBuffer>;
}

/** What a provider may use to make a request. */
export interface HttpSurroundings {
  readonly crypto: Crypto;
  readonly nowMs: () => number;
  /** Sends a request on the way to the real one, as for an access token; bounded as that is. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Resolves after `delayMs`, or at once when `signal` is aborted. */
  readonly wait: (delayMs: number) => Promise<void>;
  readonly signal: AbortSignal;
}

/** One request to the provider's API. */
export interface ProviderRequest {
  /** Made with the whole body; redirects are not followed. */
  readonly request: Request;
  /** Whom it reaches: every recipient of the message stands in exactly one request. */
  readonly recipients: readonly string[];
  /** What of the message the API can't express, a few words each: `header List-Unsubscribe`. */
  readonly omitted: readonly string[];
}

/** Requests in the order in which they are sent. */
export type ProviderRequests = Iterable<ProviderRequest> | AsyncIterable<ProviderRequest>;

/** The provider's answer, read whole. */
export interface ProviderAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** At most 64 KiB of the body. */
  readonly text: string;
  /** The body as JSON, `undefined` where it is none. */
  readonly json: unknown;
}

/** What became of one request. */
export interface ProviderVerdict {
  readonly result: "delivered" | "temporary" | "permanent";
  /** The provider's words, for the operator. Never a secret. */
  readonly response: string;
  /** The provider's own id of the message; `null` where it named none. */
  readonly messageId: string | null;
  /** Recipients that fared otherwise than the request as a whole. */
  readonly others?: readonly {
    readonly address: string;
    readonly result: ProviderVerdict["result"];
    readonly response: string;
  }[];
}

/** The HTTP API of a provider. */
export interface HttpApi {
  /**
   * What its requests are authorised with, where that is an access token: the transport gets one, sends it along as
   * `Authorization: Bearer`, and once more with a new one when the answer is 401.
   */
  grant?(settings: RelaySettings): TokenGrant;
  /**
   * The requests that carry `message`, sent in turn; each is made when it is its turn, where they are made lazily: a body
   * is as large as the message.
   *
   * @throws {DispatchError} `message_inexpressible` (permanent) when the API has no way to say what the message says;
   * `provider_unreachable` (temporary) and `provider_refused` (permanent) when a request on the way fails
   */
  compose(settings: RelaySettings, message: HttpMessage, around: HttpSurroundings): Promise<ProviderRequests>;
  /**
   * The answer to judge in the place of `answer`, where that one says only that the outcome is not known yet; asks for it
   * by `around.fetch`, a bounded number of times. What it throws leaves `answer` as it is.
   */
  follow?(settings: RelaySettings, answer: ProviderAnswer, around: HttpSurroundings): Promise<ProviderAnswer>;
  /**
   * What an answer means, where it can't be told from its status alone; `null` leaves it to that: 2xx is delivered; 408,
   * 425, 429 and 5xx are temporary; other 4xx are permanent; all else is unknown and temporary.
   */
  judge(answer: ProviderAnswer, recipients: readonly string[]): ProviderVerdict | null;
}
