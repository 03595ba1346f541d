/** An SMTP smart host: what can be set about it. */
import { booleanCodec } from "../../config/codec/boolean.ts";
import { choiceCodec } from "../../config/codec/choice.ts";
import { integerCodec } from "../../config/codec/integer.ts";
import { textCodec } from "../../config/codec/text.ts";
import type { ConfigViolation } from "../../error/mod.ts";
import type { RelaySettings } from "../relay.ts";
import { hostCodec } from "./host_codec.ts";
import type { Provider } from "./provider.ts";

/**
 * How the connection to a smart host is encrypted: never; when STARTTLS is offered; by STARTTLS or not at all; from the
 * first byte (RFC 8314 section 3).
 */
export type SmtpTlsMode = "none" | "auto" | "starttls" | "implicit";

const tlsModes: readonly SmtpTlsMode[] = ["none", "auto", "starttls", "implicit"];

/** The provider of SMTP smart hosts. */
export const smtp: Provider = {
  name: "smtp",
  summary: "SMTP smart host",
  carrier: { kind: "smtp" },
  documentation: "https://www.rfc-editor.org/rfc/rfc5321",
  maxMessageBytes: null,
  settings: {
    host: { codec: hostCodec(), required: true, summary: "Name or address of the server" },
    port: { codec: integerCodec({ min: 1, max: 65_535 }), default: 587, summary: "Port of the server" },
    username: { codec: textCodec({ minLength: 1 }), summary: "User name; without one nobody signs in" },
    password: { codec: textCodec({ minLength: 1 }), secret: true, summary: "Password of that user" },
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
  },
  check: checkCredentials,
};

function checkCredentials({ username, password }: RelaySettings): ConfigViolation[] {
  if ((username === undefined) === (password === undefined)) return [];
  const key = username === undefined ? "username" : "password";
  const other = username === undefined ? "password" : "username";
  return [{ key, value: "nothing", rule: `must be set when ${other} is` }];
}
