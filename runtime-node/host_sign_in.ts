/** Signs in at a smart host: by password, or by an access token. */
import type { HostExtensions } from "../core/relay/host_extensions.ts";
import type { TokenSource } from "../core/relay/oauth/token_grant.ts";
import type { SmartHost } from "../core/relay/smtp_result.ts";
import { certificateObstacle } from "./host_certificate.ts";
import { type HostConnection, hasCredentials, whileOpen } from "./host_connection.ts";
import { failure, type SmtpFailure } from "./smtp_failure.ts";
import { TokenLogin } from "./token_login.ts";

const passwordMechanisms = ["PLAIN", "LOGIN", "CRAM-MD5"];

/** Why nothing more is said to a host than EHLO; `null` when all is well. */
export async function sessionObstacle(
  connection: HostConnection,
  host: SmartHost,
  offers: HostExtensions,
): Promise<SmtpFailure | null> {
  const reason = (await certificateObstacle(connection, host)) ?? signInObstacle(host, offers, connection.secure);
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

/** What a sign-in is done with beside the smart host's settings. */
export interface SignInOptions {
  /** Where access tokens come from. */
  readonly tokens: TokenSource | undefined;
  readonly signal: AbortSignal;
}

/** Signs in, if there is a user name; returns why no access token would do, if none did. @throws as nodemailer */
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
  const login = new TokenLogin(user, tokenGrant, tokens, signal);
  connection.customAuth.set("XOAUTH2", ({ sendCommand }) => login.run(sendCommand));
  try {
    // Without a source of tokens of its own the library would choose another mechanism that is offered.
    const oauth2 = {} as never;
    await whileOpen(connection, (done) => connection.login({ method: "XOAUTH2", user, oauth2 }, done));
    return null;
  } catch (error) {
    if (login.failure === null) throw error;
    return login.failure;
  }
}
