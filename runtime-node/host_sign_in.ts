/** Signs in at a smart host: by password, or by an access token. */
import type SMTPConnection from "nodemailer/lib/smtp-connection";
import { isDispatchError } from "../core/error/mod.ts";
import type { HostExtensions } from "../core/relay/host_extensions.ts";
import type { TokenGrant, TokenSource } from "../core/relay/oauth/token_grant.ts";
import type { SmartHost } from "../core/relay/smtp_result.ts";
import { certificateObstacle } from "./host_certificate.ts";
import { type HostConnection, hasCredentials, whileOpen } from "./host_connection.ts";
import { failure, type SmtpFailure } from "./smtp_failure.ts";

const passwordMechanisms = ["PLAIN", "LOGIN", "CRAM-MD5"];

/** Why nothing more is said to a host than EHLO; `null` when all is well. */
export function sessionObstacle(
  connection: HostConnection,
  host: SmartHost,
  offers: HostExtensions,
): SmtpFailure | null {
  const reason = certificateObstacle(connection._socket, host) ?? signInObstacle(host, offers, connection.secure);
  return reason === null ? null : failure("session", null, reason);
}

/** Why nobody can sign in there, as a sentence for the operator. */
function signInObstacle(host: SmartHost, offers: HostExtensions, isEncrypted: boolean): string | null {
  if (!hasCredentials(host)) return null;
  const { mechanisms } = offers;
  const usable = host.tokenGrant === undefined ? passwordMechanisms : ["XOAUTH2"];
  if (usable.some((mechanism) => mechanisms.includes(mechanism))) return null;
  const name = `${host.host}:${host.port}`;
  if (mechanisms.length > 0)
    return `${name} takes sign-ins by ${mechanisms.join(", ")} alone, not by ${usable.join(", ")}`;
  return !isEncrypted && offers.has("STARTTLS")
    ? `${name} takes no sign-in without encryption: set tls to starttls`
    : `${name} takes no sign-in: unset the user name, or use the port that it takes submissions on`;
}

type OAuth2 = NonNullable<SMTPConnection.AuthenticationType["oauth2"]>;

/** Access tokens in the form that nodemailer asks for them. */
class TokenLogin {
  readonly #source: TokenSource;
  readonly #grant: TokenGrant;
  readonly #signal: AbortSignal;
  #token = "";
  /** Why there was no token; `undefined` while there was. */
  failure: unknown;

  constructor(source: TokenSource, grant: TokenGrant, signal: AbortSignal) {
    this.#source = source;
    this.#grant = grant;
    this.#signal = signal;
  }

  /** See https://developers.google.com/workspace/gmail/imap/xoauth2-protocol. */
  of(user: string): OAuth2 {
    const provider = {
      getToken: (isRefused: boolean, done: (error: Error | null, token?: string) => void) =>
        void this.#get(isRefused).then(
          (token) => done(null, token),
          (error) => {
            this.failure = error;
            // The library writes into the error that it is given.
            done(new Error("There is no access token"));
          },
        ),
      buildXOAuth2Token: (token: string) =>
        Buffer.from(`user=${user}\x01auth=Bearer ${token}\x01\x01`).toString("base64"),
    };
    // All that the library asks of it is there.
    return provider as unknown as OAuth2;
  }

  async #get(isRefused: boolean): Promise<string> {
    if (isRefused) this.#source.discard(this.#grant, this.#token);
    this.#token = await this.#source.token(this.#grant, this.#signal);
    return this.#token;
  }
}

/** What a sign-in is done with beside the smart host's settings. */
export interface SignInOptions {
  /** Where access tokens come from. */
  readonly tokens: TokenSource | undefined;
  readonly signal: AbortSignal;
}

/** Signs in, if there is a user name; returns why there was no access token, if there was none. @throws as nodemailer */
export async function signIn(
  connection: HostConnection,
  host: SmartHost,
  { tokens, signal }: SignInOptions,
): Promise<SmtpFailure | null> {
  if (!hasCredentials(host)) return null;
  const { tokenGrant, username: user = "", password: pass = "" } = host;
  if (tokenGrant === undefined) {
    await whileOpen(connection, (done) => connection.login({ credentials: { user, pass } }, done));
    return null;
  }
  if (tokens === undefined) throw new TypeError("Cannot sign in with an access token: there is no source of tokens");
  const login = new TokenLogin(tokens, tokenGrant, signal);
  try {
    await whileOpen(connection, (done) => connection.login({ method: "XOAUTH2", user, oauth2: login.of(user) }, done));
    return null;
  } catch (error) {
    if (!isDispatchError(login.failure)) throw error;
    const isPermanent = login.failure.code === "provider_refused";
    return failure("sign-in", isPermanent ? 535 : null, login.failure.message);
  }
}
