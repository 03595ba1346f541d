/** One attempt to hand a message to a provider over its HTTP API. */
import type { LargeFiles } from "../../capabilities.ts";
import { isDispatchError } from "../../error/mod.ts";
import { dsnRequestOf, omittedRequest } from "../dsn_request_of.ts";
import type { DeliveryOutcome, DeliveryReport } from "../outcome.ts";
import type { Provider } from "../provider/provider.ts";
import type { Relay } from "../relay.ts";
import type { OutgoingMessage } from "../transport.ts";
import { DeliveryTally } from "./delivery_tally.ts";
import type { HttpApi, ProviderAnswer, ProviderRequest } from "./http_api.ts";
import { loadMessage } from "./load_message.ts";
import { ProviderLine, type ProviderLineOptions } from "./provider_line.ts";
import { readRetryAfter } from "./retry_after.ts";
import { SecretMask } from "./secret_mask.ts";
import { verdictByStatus } from "./status_verdict.ts";

/** What an {@link HttpDelivery} needs from its surroundings. */
export interface HttpDeliveryOptions extends ProviderLineOptions {
  readonly largeFiles: Pick<LargeFiles, "open">;
}

/** What a failure means that was found before the provider's answer, or in its place. */
const resultOfError = {
  message_inexpressible: "permanent",
  provider_refused: "permanent",
  provider_unreachable: "temporary",
} as const satisfies Record<string, DeliveryOutcome["result"]>;

/** See the file's first line. */
export class HttpDelivery {
  readonly #options: HttpDeliveryOptions;
  readonly #api: HttpApi;
  readonly #relay: Relay;
  readonly #message: OutgoingMessage;
  readonly #line: ProviderLine;
  readonly #tally: DeliveryTally;

  constructor(
    options: HttpDeliveryOptions,
    provider: Provider,
    api: HttpApi,
    relay: Relay,
    message: OutgoingMessage,
    signal: AbortSignal,
  ) {
    const secrets = new SecretMask(provider, relay.settings);
    const { sizeBytes } = message.entry;
    this.#options = options;
    this.#api = api;
    this.#relay = relay;
    this.#message = message;
    this.#line = new ProviderLine(options, { provider: provider.name, signal, sizeBytes }, secrets);
    this.#tally = new DeliveryTally(message.recipients, (text) => secrets.apply(text));
  }

  /** Makes the attempt; every failure is an outcome. */
  async run(): Promise<DeliveryReport> {
    try {
      await this.#sendAll();
    } catch (error) {
      this.#noteFailure(error);
    }
    return this.#tally.report();
  }

  async #sendAll(): Promise<void> {
    const { entry, recipients } = this.#message;
    const { id, sender, tags } = entry;
    const mime = await loadMessage(this.#message, this.#options.largeFiles);
    const message = { id, sender, recipients, tags, mime };
    for await (const request of await this.#api.compose(this.#relay.settings, message, this.#line.surroundings)) {
      if (!(await this.#send(request))) break;
    }
  }

  /** Whether there is any use in sending the next one. */
  async #send({ request, recipients, omitted }: ProviderRequest): Promise<boolean> {
    const answer = await this.#follow(await this.#post(request));
    const verdict = this.#api.judge(answer, recipients) ?? verdictByStatus(answer);
    this.#tally.note(recipients, verdict, readRetryAfter(answer.headers, this.#options.clock.nowMs()));
    if (verdict.result === "delivered") this.#tally.omit([...omitted, ...this.#omittedRequests()]);
    if (verdict.result !== "temporary") return true;
    this.#tally.noteRest("temporary", verdict.response);
    return false;
  }

  /** No API takes a request for notifications. */
  #omittedRequests(): string[] {
    return dsnRequestOf(this.#message) === null ? [] : [omittedRequest];
  }

  #post(request: Request): Promise<ProviderAnswer> {
    const grant = this.#api.grant?.(this.#relay.settings);
    return grant === undefined ? this.#line.exchange(request) : this.#line.exchangeAuthorised(request, grant);
  }

  async #follow(answer: ProviderAnswer): Promise<ProviderAnswer> {
    try {
      return (await this.#api.follow?.(this.#relay.settings, answer, this.#line.surroundings)) ?? answer;
    } catch {
      // The message was taken: not to learn what became of it does not undo that.
      return answer;
    }
  }

  /** What is not foreseen is unknown, and so temporary. */
  #noteFailure(error: unknown): void {
    if (!(isDispatchError(error) && error.code in resultOfError)) {
      this.#tally.noteRest("temporary", error instanceof Error ? error.message : String(error));
      return;
    }
    const response = error.remedy === undefined ? error.message : `${error.message} ${error.remedy}`;
    const pauseSeconds = isDispatchError(error, "provider_unreachable") ? error.facts.retryAfterSeconds : null;
    this.#tally.noteRest(resultOfError[error.code as keyof typeof resultOfError], response, pauseSeconds);
  }
}
