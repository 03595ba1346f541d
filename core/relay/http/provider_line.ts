/** The line to a provider during one attempt: what goes over it is bounded, watched, and told without secrets. */
import type { Clock } from "../../capabilities.ts";
import { DispatchError } from "../../error/mod.ts";
import type { TokenGrant, TokenSource } from "../oauth/token_grant.ts";
import type { HttpSurroundings, ProviderAnswer } from "./http_api.ts";
import { type ExchangeOptions, exchange } from "./http_exchange.ts";
import type { SecretMask } from "./secret_mask.ts";

/** What a {@link ProviderLine} needs from its surroundings. */
export interface ProviderLineOptions extends Pick<ExchangeOptions, "fetch"> {
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly tokens: TokenSource;
  /** Is told of each exchange with the provider. Default: nobody. */
  readonly watch?: (exchange: WatchedExchange) => void;
}

/** A request, and the answer to it or why there is none; secrets and all. */
export interface WatchedExchange {
  readonly request: Request;
  readonly outcome: ProviderAnswer | DispatchError;
}

/** What holds for one attempt. */
export type LineTerms = Pick<ExchangeOptions, "provider" | "signal" | "sizeBytes">;

/** See the file's first line. */
export class ProviderLine {
  readonly #options: ProviderLineOptions;
  readonly #secrets: SecretMask;
  readonly #terms: LineTerms;

  constructor(options: ProviderLineOptions, terms: LineTerms, secrets: SecretMask) {
    this.#options = options;
    this.#terms = terms;
    this.#secrets = secrets;
  }

  /** What the provider may use to make its requests. */
  get surroundings(): HttpSurroundings {
    const { crypto, clock } = this.#options;
    return {
      crypto,
      nowMs: () => clock.nowMs(),
      fetch: async (request) => responseOf(await this.exchange(request)),
      wait: (delayMs) => this.#wait(delayMs),
      signal: this.#terms.signal,
    };
  }

  /** Sends `request` with a token for `grant`; once more with a new one, should it not be taken. */
  async exchangeAuthorised(request: Request, grant: TokenGrant): Promise<ProviderAnswer> {
    const { tokens } = this.#options;
    const token = await tokens.token(grant, this.#terms.signal);
    const answer = await this.exchange(authorise(request.clone(), token));
    if (answer.status !== 401) return answer;
    tokens.discard(grant, token);
    return await this.exchange(authorise(request, await tokens.token(grant, this.#terms.signal)));
  }

  /** Sends `request`. @throws {DispatchError} `provider_unreachable` */
  async exchange(request: Request): Promise<ProviderAnswer> {
    const { fetch, clock } = this.#options;
    this.#secrets.learnFrom(request.headers);
    try {
      const answer = await exchange(request, { fetch, clock, ...this.#terms });
      this.#tell(request, answer);
      return answer;
    } catch (error) {
      if (error instanceof DispatchError) this.#tell(request, error);
      throw error;
    }
  }

  #tell(request: Request, outcome: WatchedExchange["outcome"]): void {
    this.#options.watch?.({ request, outcome });
  }

  #wait(delayMs: number): Promise<void> {
    const { signal } = this.#terms;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(delayMs, finish);
      signal.addEventListener("abort", finish, { once: true });
      function finish(): void {
        cancel();
        signal.removeEventListener("abort", finish);
        resolve();
      }
    });
  }
}

/** These have no body, and a `Response` must have none (Fetch, "null body status"). */
const nullBodyStatuses: readonly number[] = [101, 103, 204, 205, 304];

function responseOf({ status, headers, text }: ProviderAnswer): Response {
  return new Response(nullBodyStatuses.includes(status) ? null : text, { status, headers });
}

function authorise(request: Request, token: string): Request {
  request.headers.set("authorization", `Bearer ${token}`);
  return request;
}
