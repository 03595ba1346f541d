/** Asks a token endpoint for an access token (RFC 6749 section 5), and says what a refusal means. */
import { importPKCS8, SignJWT } from "jose";
import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretPost,
  clientCredentialsGrantRequest,
  customFetch,
  genericTokenEndpointRequest,
  processGenericTokenEndpointResponse,
  ResponseBodyError,
} from "oauth4webapi";
import type { Clock } from "../../capabilities.ts";
import { secretMask } from "../../config/mask.ts";
import { DispatchError } from "../../error/mod.ts";
import { type ExchangeOptions, exchange } from "../http/http_exchange.ts";
import { readRetryAfter } from "../http/retry_after.ts";
import { resultOfStatus } from "../http/status_verdict.ts";
import { singleLine } from "../single_line.ts";
import type { ClientCredentials, ServiceAccount, TokenGrant } from "./token_grant.ts";

/** What {@link requestToken} needs from its surroundings. */
export interface TokenRequestOptions extends Pick<ExchangeOptions, "fetch"> {
  readonly clock: Clock;
}

/** A token as it was issued. */
export interface IssuedToken {
  readonly token: string;
  readonly lifetimeMs: number;
}

/** Where the endpoint does not say how long a token lives, it is asked again soon. */
const unstatedLifetimeSeconds = 300;
const longestLifetimeSeconds = 86_400;

/** What can stand in a header and in a line of SMTP. */
const tokenForm = /^[\x21-\x7e]{1,16384}$/;

/** Codes of errors that say nothing about the credentials (RFC 6749 sections 4.1.2.1 and 5.2, RFC 8628 section 3.5). */
const temporaryErrors: readonly string[] = ["server_error", "temporarily_unavailable", "slow_down"];

/** Google's words for a statement that is of another time: this host's clock is wrong, not the account's key. */
const wrongClock = /reasonable timeframe/;

const neverAborted = new AbortController().signal;

/**
 * Asks for a token.
 *
 * @throws {DispatchError} `provider_refused` with the endpoint's words when the credentials are at fault;
 * `provider_unreachable` for everything else
 */
export async function requestToken(grant: TokenGrant, options: TokenRequestOptions): Promise<IssuedToken> {
  const { host } = new URL(grant.tokenEndpoint);
  const answers = new AnswerKeeper(host, options);
  try {
    const response = await send(grant, answers, options.clock.nowMs());
    const issued = await processGenericTokenEndpointResponse(serverOf(grant), clientOf(grant), response);
    if (!tokenForm.test(issued.access_token)) throw new SyntaxError("the token can't be sent");
    const seconds = Math.min(issued.expires_in ?? unstatedLifetimeSeconds, longestLifetimeSeconds);
    return { token: issued.access_token, lifetimeMs: seconds * 1000 };
  } catch (error) {
    throw explain(error, grant, answers);
  }
}

function send(grant: TokenGrant, answers: AnswerKeeper, nowMs: number): Promise<Response> {
  const options = {
    [customFetch]: (url: string, init: RequestInit) => answers.fetch(new Request(url, init)),
    // Only a loopback address passes without TLS where endpoints are set.
    [allowInsecureRequests]: grant.tokenEndpoint.startsWith("http:"),
  };
  return grant.kind === "client_credentials" ? askAsClient(grant, options) : askAsServiceAccount(grant, nowMs, options);
}

type SendOptions = NonNullable<Parameters<typeof genericTokenEndpointRequest>[5]>;

function askAsClient(grant: ClientCredentials, options: SendOptions): Promise<Response> {
  const authentication = ClientSecretPost(grant.clientSecret);
  const { scope } = grant;
  return clientCredentialsGrantRequest(serverOf(grant), clientOf(grant), authentication, { scope }, options);
}

/** https://developers.google.com/identity/protocols/oauth2/service-account: the statement is good for an hour at most. */
async function askAsServiceAccount(grant: ServiceAccount, nowMs: number, options: SendOptions): Promise<Response> {
  const { privateKey, privateKeyId, clientEmail, subject, tokenEndpoint, scope } = grant;
  const nowSeconds = Math.floor(nowMs / 1000);
  const assertion = await new SignJWT({ scope })
    .setProtectedHeader({ alg: "RS256", typ: "JWT", ...(privateKeyId === null ? {} : { kid: privateKeyId }) })
    .setIssuer(clientEmail)
    .setSubject(subject)
    .setAudience(tokenEndpoint)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + 3600)
    .sign(await readKey(privateKey, clientEmail));
  const type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  return genericTokenEndpointRequest(serverOf(grant), clientOf(grant), byAssertion, type, { assertion }, options);
}

/** The statement itself says who asks (RFC 7523 section 2.1). */
const byAssertion: ClientAuth = () => {};

async function readKey(pem: string, clientEmail: string): Promise<CryptoKey> {
  try {
    return await importPKCS8(pem, "RS256");
  } catch {
    // Its message may hold a piece of the key.
    throw new DispatchError("provider_refused", { provider: clientEmail, reason: "its private key can't be read" });
  }
}

function serverOf({ tokenEndpoint }: TokenGrant) {
  return { issuer: new URL(tokenEndpoint).origin, token_endpoint: tokenEndpoint };
}

function clientOf(grant: TokenGrant) {
  return { client_id: grant.kind === "client_credentials" ? grant.clientId : grant.clientEmail };
}

/** Sends a request, bounded, and keeps what the answer says about trying again. */
class AnswerKeeper {
  readonly #host: string;
  readonly #options: TokenRequestOptions;
  status: number | null = null;
  retryAfterSeconds: number | null = null;

  constructor(host: string, options: TokenRequestOptions) {
    this.#host = host;
    this.#options = options;
  }

  async fetch(request: Request): Promise<Response> {
    const { fetch, clock } = this.#options;
    const answer = await exchange(request, { fetch, clock, signal: neverAborted, provider: this.#host });
    this.status = answer.status;
    this.retryAfterSeconds = readRetryAfter(answer.headers, clock.nowMs());
    // The library puts a `WWW-Authenticate`, which says less, before the error in the body.
    const headers = { "content-type": answer.headers.get("content-type") ?? "" };
    return new Response(answer.text, { status: Math.max(answer.status, 200), headers });
  }
}

function explain(error: unknown, grant: TokenGrant, { status, retryAfterSeconds }: AnswerKeeper): DispatchError {
  if (error instanceof DispatchError) return error;
  const provider = new URL(grant.tokenEndpoint).host;
  if (!(error instanceof ResponseBodyError)) {
    const reason = `asked for an access token, it answered HTTP ${status} without one`;
    return new DispatchError("provider_unreachable", { provider, reason, retryAfterSeconds });
  }
  const reason = withoutSecrets(`${error.error}: ${error.error_description ?? "no more is said"}`, grant);
  const isTemporary =
    resultOfStatus(error.status) !== "permanent" || temporaryErrors.includes(error.error) || wrongClock.test(reason);
  return isTemporary
    ? new DispatchError("provider_unreachable", { provider, reason, retryAfterSeconds })
    : new DispatchError("provider_refused", { provider, reason });
}

/** An endpoint may echo what it was sent, as it is or as a form has it; an assertion is a JWT. */
function withoutSecrets(text: string, grant: TokenGrant): string {
  const secret = grant.kind === "client_credentials" ? grant.clientSecret : grant.privateKey;
  const inForm = new URLSearchParams({ "": secret }).toString().slice(1);
  const masked = text
    .replaceAll(secret, secretMask)
    .replaceAll(inForm, secretMask)
    .replaceAll(/\beyJ[\w-]+(?:\.[\w-]+){1,2}/g, secretMask);
  return singleLine(masked, 400).replace(/\.$/, "");
}
