/** Signs in at a smart host with an access token, and once more with a new one should it be refused. */
import { isDispatchError } from "../core/error/mod.ts";
import type { TokenGrant, TokenSource } from "../core/relay/oauth/token_grant.ts";
import { explainRefusal, xoauth2Response } from "../core/relay/oauth/xoauth2.ts";
import { failure, type SmtpFailure } from "./smtp_failure.ts";

/** Sends a command, and resolves with the reply to it. */
export type SendCommand = (command: string) => Promise<{
  /** SMTP reply code; 0 when there is none. */
  readonly status: number;
  readonly text: string;
  /** The whole reply. */
  readonly response: string;
}>;

/** One sign-in. */
export class TokenLogin {
  readonly #user: string;
  readonly #grant: TokenGrant;
  readonly #source: TokenSource;
  readonly #signal: AbortSignal;
  /** Why it failed, where that has nothing to do with the connection. */
  failure: SmtpFailure | null = null;

  constructor(user: string, grant: TokenGrant, source: TokenSource, signal: AbortSignal) {
    this.#user = user;
    this.#grant = grant;
    this.#source = source;
    this.#signal = signal;
  }

  /** @throws when it failed */
  async run(send: SendCommand): Promise<void> {
    // A token may end before its time, as when the secret that it was issued for is withdrawn.
    const refused = (await this.#present(send)) && (await this.#present(send));
    if (refused !== null) this.#fail(refused);
  }

  /** The refusal of the token that is had now, which is had no longer then; `null` when it is taken. */
  async #present(send: SendCommand): Promise<SmtpFailure | null> {
    const token = await this.#token();
    let reply = await send(`AUTH XOAUTH2 ${xoauth2Response(this.#user, token)}`);
    let words = "";
    if (reply.status === 334) {
      words = explainRefusal(reply.text);
      // The reply that counts comes after an empty response.
      reply = await send("");
    }
    if (reply.status === 235) return null;
    const said = failure(
      "sign-in",
      reply.status || null,
      words === "" ? reply.response : `${reply.response} (${words})`,
    );
    if (reply.status < 500) return this.#fail(said);
    this.#source.discard(this.#grant, token);
    return said;
  }

  async #token(): Promise<string> {
    try {
      return await this.#source.token(this.#grant, this.#signal);
    } catch (error) {
      if (!isDispatchError(error)) throw error;
      const pause = isDispatchError(error, "provider_unreachable") ? error.facts.retryAfterSeconds : null;
      const reason = failure("sign-in", error.code === "provider_refused" ? 535 : null, error.message);
      return this.#fail({ ...reason, retryAfterSeconds: pause });
    }
  }

  #fail(reason: SmtpFailure): never {
    this.failure = reason;
    // nodemailer writes into the error that it is given.
    throw new Error(reason.reply);
  }
}
