/** What an SMTP client is told for each reason to refuse; the log is told the error itself. */
import type { DispatchError, IntakeErrorCode, SmtpErrorCode } from "../error/mod.ts";

/** An SMTP reply (RFC 5321 section 4.2) with its enhanced status code (RFC 3463). */
export interface SmtpReply {
  readonly code: number;
  /** `class.subject.detail` */
  readonly enhanced: string;
  readonly text: string;
}

/** Code of an error that an SMTP client can meet; the last two stem from the guard and the hasher that it shares. */
type ReplyCode = IntakeErrorCode | SmtpErrorCode | "sign_in_locked" | "sign_in_busy";
type ReplyTo<C extends ReplyCode> = (facts: DispatchError<C>["facts"]) => SmtpReply;

/** One answer to whatever is wrong with credentials (RFC 4954 section 6): what it was is for the operator alone. */
const credentialsInvalid = () => reply(535, "5.7.8", "Authentication credentials invalid");

const replies: { readonly [C in ReplyCode]: ReplyTo<C> } = {
  address_not_allowed: ({ address, setting }) =>
    reply(550, "5.7.1", `${address} may not send here; an administrator can add it to ${setting}`),
  too_many_connections: () => reply(421, "4.7.0", "Too many connections, try again later"),
  too_many_connections_from_client: () => reply(421, "4.7.0", "Too many connections from your address"),
  disk_nearly_full: () => reply(452, "4.3.1", "Insufficient storage, try again later"),
  spool_unavailable: () => reply(451, "4.3.0", "The message can't be stored right now, try again later"),
  message_too_large: ({ limitBytes }) => reply(552, "5.3.4", `The message exceeds the limit of ${limitBytes} bytes`),
  headers_too_large: ({ limitBytes }) => reply(552, "5.3.4", `The headers exceed the limit of ${limitBytes} bytes`),
  too_many_recipients: () => reply(452, "4.5.3", "Too many recipients"),
  no_recipients: () => reply(554, "5.5.1", "No valid recipients"),
  address_invalid: ({ field }) =>
    field === "sender" ? reply(501, "5.1.7", "Bad sender address") : reply(501, "5.1.3", "Bad recipient address"),
  mail_loop: () => reply(554, "5.4.6", "Too many hops, the message is in a loop"),
  bare_newline: () => reply(554, "5.6.0", "The message has a bare CR or LF; lines must end in CRLF"),
  message_incomplete: () => reply(451, "4.3.0", "The message was not complete"),
  internal_error: () => reply(451, "4.3.0", "Internal error, try again later"),
  smtp_sign_in_failed: credentialsInvalid,
  smtp_other_identity: credentialsInvalid,
  smtp_sign_in_required: () => reply(530, "5.7.0", "Authentication required"),
  smtp_sign_in_ended: () => reply(530, "5.7.0", "Authentication required again"),
  sender_not_allowed: () => reply(553, "5.7.1", "The user who signed in may not send as this sender"),
  // RFC 4954 section 6: a temporary failure is one for which nobody should be asked for another password.
  sign_in_locked: () => reply(454, "4.7.0", "Too many failed sign-ins from your address, try again later"),
  sign_in_busy: () => reply(454, "4.7.0", "Too many sign-ins at this moment, try again later"),
};

/** The reply for `error`; anything that is not an intake error is an internal one, and temporary. */
export function smtpReplyTo(error: DispatchError): SmtpReply {
  const find = (replies as unknown as Record<string, (facts: unknown) => SmtpReply>)[error.code];
  return find === undefined ? replies.internal_error({}) : find(error.facts);
}

/** The reply to a line that can't be taken. @param isAuthExchange whether it was to go on with an `AUTH` command */
export function lineRefusal(kind: "too_long" | "bare_newline", isAuthExchange: boolean): SmtpReply {
  if (kind === "bare_newline") return reply(500, "5.5.2", "Lines must end in CR LF");
  // RFC 4954 section 6
  return reply(500, isAuthExchange ? "5.5.6" : "5.5.2", "Line too long");
}

function reply(code: number, enhanced: string, text: string): SmtpReply {
  return { code, enhanced, text };
}
