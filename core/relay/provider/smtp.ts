/** An SMTP smart host: what can be set about it. */
import { booleanCodec } from "../../config/codec/boolean.ts";
import { choiceCodec } from "../../config/codec/choice.ts";
import { integerCodec } from "../../config/codec/integer.ts";
import { textCodec } from "../../config/codec/text.ts";
import type { ConfigViolation } from "../../error/mod.ts";
import { serviceAccountCodec } from "../oauth/google.ts";
import { microsoftSettings } from "../oauth/microsoft.ts";
import type { RelaySettings } from "../relay.ts";
import { authoritiesCodec, showAuthorities } from "./authorities.ts";
import { hostCodec } from "./host_codec.ts";
import type { Provider } from "./provider.ts";

/**
 * How the connection to a smart host is encrypted: never; when STARTTLS is offered; by STARTTLS or not at all; from the
 * first byte (RFC 8314 section 3).
 */
export type SmtpTlsMode = "none" | "auto" | "starttls" | "implicit";

const tlsModes: readonly SmtpTlsMode[] = ["none", "auto", "starttls", "implicit"];

/**
 * How a session signs in: with a password, or with an access token (SASL XOAUTH2) of Microsoft 365 or of Google.
 *
 * https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth,
 * https://developers.google.com/workspace/gmail/imap/xoauth2-protocol
 */
export type SmtpAuth = "password" | "xoauth2_microsoft" | "xoauth2_google";

/** What each way of signing in takes beside the user name. */
const credentials: Readonly<Record<SmtpAuth, readonly string[]>> = {
  password: ["password"],
  xoauth2_microsoft: ["tenant", "client_id", "client_secret"],
  xoauth2_google: ["service_account_key"],
};

/** The provider of SMTP smart hosts. */
export const smtp: Provider = {
  name: "smtp",
  summary: "SMTP smart host",
  carrier: { kind: "smtp" },
  documentation: "https://www.rfc-editor.org/rfc/rfc5321",
  maxMessageBytes: null,
  settings: {
    host: { codec: hostCodec(), required: true, destination: true, summary: "Name or address of the server" },
    port: { codec: integerCodec({ min: 1, max: 65_535 }), default: 587, summary: "Port of the server" },
    auth: {
      codec: choiceCodec(Object.keys(credentials) as SmtpAuth[]),
      default: "password",
      summary: "How to sign in: with a password, or with an access token of Microsoft 365 or Google (XOAUTH2)",
    },
    username: {
      codec: textCodec({ minLength: 1 }),
      summary: "User name, for access tokens the mailbox; without one nobody signs in",
    },
    password: { codec: textCodec({ minLength: 1 }), secret: true, summary: "Password of that user" },
    ...microsoftSettings,
    service_account_key: {
      codec: serviceAccountCodec(),
      secret: true,
      summary: "JSON key file of a Google service account with domain-wide delegation",
    },
    tls: {
      codec: choiceCodec(tlsModes),
      default: "auto",
      summary:
        "Encryption: none, auto (STARTTLS when offered; required with a user name), starttls (required), implicit (from the first byte)",
    },
    verify_certificate: {
      codec: booleanCodec(),
      default: true,
      summary: "Whether the server's certificate must be valid for its name",
    },
    ca: {
      codec: authoritiesCodec(),
      show: (pem) => showAuthorities(String(pem)),
      summary: "PEM file of the authorities that vouch for the server's certificate, in the place of the public ones",
    },
  },
  check: checkCredentials,
};

function checkCredentials(settings: RelaySettings): ConfigViolation[] {
  const auth = String(settings.auth ?? "password") as SmtpAuth;
  const own = credentials[auth];
  const isSet = (key: string) => settings[key] !== undefined;
  const isUsed = auth !== "password" || isSet("username") || isSet("password");
  const missing = ["username", ...own].filter((key) => isUsed && !isSet(key));
  const foreign = Object.values(credentials)
    .flat()
    .filter((key) => isSet(key) && !own.includes(key));
  return [
    ...missing.map((key) => ({ key, value: "nothing", rule: ruleOfMissing(auth, key) })),
    ...foreign.map((key) => ({ key, value: "a value", rule: `must not be set when auth is ${auth}` })),
  ];
}

function ruleOfMissing(auth: SmtpAuth, key: string): string {
  if (auth !== "password") return `must be set when auth is ${auth}`;
  return `must be set when ${key === "username" ? "password" : "username"} is`;
}
