/** Access tokens for relays: asked for when they are needed, kept until shortly before they expire. */
import type { Clock } from "../../capabilities.ts";
import { DispatchError } from "../../error/mod.ts";
import type { TokenRequestOptions } from "./request_token.ts";
import type { TokenGrant, TokenSource } from "./token_grant.ts";

/** A token is not used in the last minute of its life: the message that it goes with has to arrive in time. */
const marginMs = 60_000;

/** What an {@link AccessTokens} needs from its surroundings. */
export interface AccessTokensOptions extends TokenRequestOptions {
  readonly clock: Clock;
}

/** A token, or the request for it while that is under way. */
interface Held {
  readonly token: Promise<string>;
  /** What it turned out to be. */
  value?: string;
  freshUntilMs: number;
}

/** {@link TokenSource} that asks once for all who want the same token at the same time. */
export class AccessTokens implements TokenSource {
  readonly #options: AccessTokensOptions;
  /** By grant, so that a change of credentials is a change of token. */
  readonly #held = new Map<string, Held>();

  constructor(options: AccessTokensOptions) {
    this.#options = options;
  }

  async token(grant: TokenGrant, signal: AbortSignal): Promise<string> {
    const key = JSON.stringify(grant);
    const held = this.#held.get(key) ?? null;
    const isFresh = held !== null && held.freshUntilMs > this.#options.clock.nowMs();
    return await unlessGivenUp((isFresh ? held : this.#request(key, grant)).token, grant, signal);
  }

  discard(grant: TokenGrant, token: string): void {
    const key = JSON.stringify(grant);
    if (this.#held.get(key)?.value === token) this.#held.delete(key);
  }

  #request(key: string, grant: TokenGrant): Held {
    this.#forgetStale();
    // Its libraries are loaded for those alone who need tokens.
    const issued = import("./request_token.ts").then(({ requestToken }) => requestToken(grant, this.#options));
    const held: Held = { token: issued.then(({ token }) => token), freshUntilMs: Number.POSITIVE_INFINITY };
    this.#held.set(key, held);
    issued.then(
      ({ token, lifetimeMs }) => {
        held.value = token;
        // Half of a life that is shorter than two minutes.
        held.freshUntilMs = this.#options.clock.nowMs() + lifetimeMs - Math.min(marginMs, lifetimeMs / 2);
      },
      () => {
        // The next one asks anew.
        if (this.#held.get(key) === held) this.#held.delete(key);
      },
    );
    return held;
  }

  #forgetStale(): void {
    const nowMs = this.#options.clock.nowMs();
    for (const [key, { freshUntilMs }] of this.#held) if (freshUntilMs <= nowMs) this.#held.delete(key);
  }
}

/** A request for a token goes on for the others when one of those who wait for it gives up. */
function unlessGivenUp(token: Promise<string>, { tokenEndpoint }: TokenGrant, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      const facts = { provider: new URL(tokenEndpoint).host, reason: "the delivery was stopped" };
      reject(new DispatchError("provider_unreachable", { ...facts, retryAfterSeconds: null }));
    };
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    token.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
}
