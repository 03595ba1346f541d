/**
 * What is said between `AUTH` and the credentials: PLAIN (RFC 4616) and LOGIN, as SMTP carries them (RFC 4954). Pure.
 *
 * smtp-server has these, too, but reads base64 and UTF-8 leniently, so that what it hands on need not be what was sent.
 */
import type { SmtpReply } from "./smtp_replies.ts";

/** What a client has given in the end. */
export interface GivenCredentials {
  /** Whom it wants to act as; `""` for the user itself. */
  readonly authorization: string;
  readonly name: string;
  readonly password: string;
}

/** What comes next: a challenge and the answer to it, the credentials, or the end. */
export type SaslStep =
  | { readonly kind: "challenge"; readonly text: string; readonly next: (line: string) => SaslStep }
  | { readonly kind: "credentials"; readonly credentials: GivenCredentials }
  | { readonly kind: "refused"; readonly reply: SmtpReply };

/** The names of the mechanisms, as EHLO lists them. */
export const saslMechanisms = ["PLAIN", "LOGIN"] as const;

/** These are what old devices look for: `Username:` and `Password:`. */
const usernamePrompt = "VXNlcm5hbWU6";
const passwordPrompt = "UGFzc3dvcmQ6";

const base64Form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const refused = (code: number, enhanced: string, text: string): SaslStep => ({
  kind: "refused",
  reply: { code, enhanced, text },
});

const mechanisms: Readonly<Record<string, (initial: string | null) => SaslStep>> = {
  PLAIN: (initial) => (initial === null ? ask("", readPlain) : decoded(initial, readPlain)),
  LOGIN: (initial) => (initial === null ? ask(usernamePrompt, readName) : decoded(initial, readName)),
};

/** Begins with the arguments of `AUTH`: a mechanism, and perhaps what answers its first challenge, `=` being nothing. */
export function beginSasl(command: string): SaslStep {
  const [, mechanism = "", initial = null, ...more] = command.trim().split(/ +/);
  if (mechanism === "" || more.length > 0) return refused(501, "5.5.4", "Syntax: AUTH mechanism [initial-response]");
  const name = mechanism.toUpperCase();
  const begin = Object.hasOwn(mechanisms, name) ? mechanisms[name]! : () => refused(504, "5.5.4", "Unknown mechanism");
  return begin(initial === "=" ? "" : initial);
}

/** Sends a challenge, which the client may cancel with `*`. */
function ask(text: string, read: (answer: string) => SaslStep): SaslStep {
  return {
    kind: "challenge",
    text,
    next(line) {
      return line === "*" ? refused(501, "5.7.0", "Authentication cancelled") : decoded(line, read);
    },
  };
}

function readPlain(message: string): SaslStep {
  const [authorization, name, password, ...more] = message.split("\0");
  if (password === undefined || more.length > 0 || name === "") return malformed();
  return { kind: "credentials", credentials: { authorization: authorization!, name: name!, password } };
}

function readName(name: string): SaslStep {
  return ask(passwordPrompt, (password) => ({
    kind: "credentials",
    credentials: { authorization: "", name, password },
  }));
}

/** Reads base64 of UTF-8 strictly: no white space, no missing padding, no bytes that are replaced. */
function decoded(text: string, read: (message: string) => SaslStep): SaslStep {
  if (!base64Form.test(text)) return malformed();
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  let message: string;
  try {
    message = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return malformed();
  }
  return read(message);
}

function malformed(): SaslStep {
  return refused(501, "5.5.2", "That can't be decoded");
}
