/** The outcome of one delivery attempt, for each recipient. */

/**
 * What became of one recipient in one attempt.
 *
 * `delivered` is never sent to again; `temporary` is tried again; `permanent` has failed. What is unknown is temporary.
 */
export interface DeliveryOutcome {
  readonly address: string;
  readonly result: "delivered" | "temporary" | "permanent";
  /** The provider's answer or the error, one line without control characters, at most 500 characters. */
  readonly response: string;
}

/** The outcome of one attempt over one relay. */
export interface DeliveryReport {
  /** One for each recipient that was asked for, in that order. */
  readonly outcomes: readonly DeliveryOutcome[];
  /** The provider's own id of the message, when it named one. */
  readonly providerMessageId: string | null;
  /** What of the message the provider's API could not express, a few words each; the log row tells. Default: none. */
  readonly omitted?: readonly string[];
  /** Seconds after which the provider wants to be asked again, when it said so. */
  readonly retryAfterSeconds: number | null;
}
