/** What became of each recipient of one attempt, as request after request is answered. */
import type { DeliveryOutcome, DeliveryReport } from "../outcome.ts";
import { singleLine } from "../single_line.ts";
import type { ProviderVerdict } from "./http_api.ts";

/** Longest id of a provider's that is kept, in characters. */
const maxIdLength = 200;

/** How much of a message is named that was left out: a header section may hold thousands of fields. */
const maxOmitted = 50;

/** Collects outcomes; who is told of nowhere is temporary. */
export class DeliveryTally {
  readonly #recipients: readonly string[];
  /** Makes foreign text fit to be shown. */
  readonly #clean: (text: string) => string;
  readonly #outcomes = new Map<string, Omit<DeliveryOutcome, "address">>();
  readonly #omitted = new Set<string>();
  #providerMessageId: string | null = null;
  #retryAfterSeconds: number | null = null;

  /** @param mask takes the secrets out of foreign text */
  constructor(recipients: readonly string[], mask: (text: string) => string) {
    this.#recipients = recipients;
    this.#clean = (text) => singleLine(mask(text));
  }

  /** Notes the answer to a request for `recipients`. */
  note(recipients: readonly string[], verdict: ProviderVerdict, retryAfterSeconds: number | null): void {
    for (const address of recipients) this.#set(address, verdict.result, verdict.response);
    for (const { address, result, response } of verdict.others ?? []) this.#set(address, result, response);
    if (verdict.result === "delivered" && verdict.messageId !== null) {
      this.#providerMessageId ??= this.#clean(verdict.messageId).slice(0, maxIdLength);
    }
    if (recipients.some((address) => this.#outcomes.get(address)?.result === "temporary")) {
      this.#waitFor(retryAfterSeconds);
    }
  }

  /** Notes what happened to all recipients that have no outcome yet. */
  noteRest(result: DeliveryOutcome["result"], response: string, retryAfterSeconds: number | null = null): void {
    for (const address of this.#recipients) if (!this.#outcomes.has(address)) this.#set(address, result, response);
    this.#waitFor(retryAfterSeconds);
  }

  /** Notes what a request could not express. */
  omit(what: readonly string[]): void {
    for (const words of what) this.#omitted.add(this.#clean(words));
  }

  report(): DeliveryReport {
    return {
      outcomes: this.#recipients.map((address) => ({ address, ...(this.#outcomes.get(address) ?? untold) })),
      providerMessageId: this.#providerMessageId,
      retryAfterSeconds: this.#retryAfterSeconds,
      ...(this.#omitted.size === 0 ? {} : { omitted: this.#someOmitted() }),
    };
  }

  #someOmitted(): string[] {
    const words = [...this.#omitted];
    return words.length <= maxOmitted ? words : [...words.slice(0, maxOmitted), `${words.length - maxOmitted} more`];
  }

  #set(address: string, result: DeliveryOutcome["result"], response: string): void {
    this.#outcomes.set(address, { result, response: this.#clean(response) });
  }

  #waitFor(seconds: number | null): void {
    if (seconds !== null) this.#retryAfterSeconds = Math.max(this.#retryAfterSeconds ?? 0, seconds);
  }
}

const untold = { result: "temporary", response: "No request named this recipient" } as const;
