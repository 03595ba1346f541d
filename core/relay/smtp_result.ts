/** What an SMTP client tells about one attempt, and what that means for each recipient. */
import type { TokenGrant } from "./oauth/token_grant.ts";
import type { DeliveryOutcome, DeliveryReport } from "./outcome.ts";
import { singleLine } from "./single_line.ts";

/** A smart host and how to talk to it. */
export interface SmartHost {
  readonly host: string;
  readonly port: number;
  /** `none` never encrypts, `auto` does when offered, and insists where there is a user name; the others insist. */
  readonly tls: "none" | "auto" | "starttls" | "implicit";
  readonly verifyCertificate: boolean;
  /** PEM of the authorities that may vouch for the certificate, in the place of the public ones. */
  readonly caPem?: string;
  readonly username?: string;
  readonly password?: string;
  /** Signs in with an access token in the place of a password (SASL XOAUTH2). */
  readonly tokenGrant?: TokenGrant;
  /** Name for EHLO. */
  readonly clientName: string;
}

/** A recipient that the server refused, with its reply. */
export interface RefusedRecipient {
  readonly address: string;
  /** SMTP reply code. */
  readonly code: number;
  readonly reply: string;
}

/** One attempt, as the client saw it. */
export type SmtpResult =
  | {
      readonly kind: "sent";
      /** The reply to the end of the data. */
      readonly reply: string;
      readonly refused: readonly RefusedRecipient[];
      /** What the server has no way to be told, a few words each. Default: none. */
      readonly omitted?: readonly string[];
    }
  | {
      readonly kind: "failed";
      /** How far it got: `session` is everything before MAIL, sign-in apart. */
      readonly stage: "session" | "sign-in" | "message";
      /** SMTP reply code, or `null` when there was no reply: broken connection, time-out, TLS failure. */
      readonly code: number | null;
      readonly reply: string;
      readonly refused: readonly RefusedRecipient[];
      /** After which to try again, where that was said: not by SMTP, but by whoever issues access tokens. Default: none. */
      readonly retryAfterSeconds?: number | null;
    };

/**
 * The outcome for each of `recipients`.
 *
 * A 5xx reply about the message or a sign-in is permanent (RFC 5321 section 4.2.1); one before that is about the
 * server's state and temporary, like everything unknown.
 */
export function reportSmtpResult(recipients: readonly string[], result: SmtpResult): DeliveryReport {
  const refused = new Map(result.refused.map((recipient) => [recipient.address, recipient]));
  const outcomes = recipients.map((address): DeliveryOutcome => {
    const own = refused.get(address);
    if (own !== undefined) return outcome(address, isPermanent(own.code) ? "permanent" : "temporary", own.reply);
    if (result.kind === "sent") return outcome(address, "delivered", result.reply);
    const isFinal = result.stage !== "session" && isPermanent(result.code);
    return outcome(address, isFinal ? "permanent" : "temporary", result.reply);
  });
  return {
    outcomes,
    providerMessageId: result.kind === "sent" ? findQueueId(result.reply) : null,
    retryAfterSeconds: result.kind === "failed" ? (result.retryAfterSeconds ?? null) : null,
    ...(result.kind === "sent" && result.omitted !== undefined ? { omitted: result.omitted } : {}),
  };
}

/** One report of several transactions, which share `recipients` among them. */
export function joinReports(recipients: readonly string[], reports: readonly DeliveryReport[]): DeliveryReport {
  const [only] = reports;
  if (reports.length === 1 && only !== undefined) return only;
  const outcomes = new Map(reports.flatMap((report) => report.outcomes.map((each) => [each.address, each] as const)));
  const omitted = [...new Set(reports.flatMap((report) => report.omitted ?? []))];
  return {
    outcomes: recipients.flatMap((address) => outcomes.get(address) ?? []),
    providerMessageId: reports.find(({ providerMessageId }) => providerMessageId !== null)?.providerMessageId ?? null,
    // Who asks for a pause is not asked again within the attempt.
    retryAfterSeconds: reports.at(-1)?.retryAfterSeconds ?? null,
    ...(omitted.length === 0 ? {} : { omitted }),
  };
}

/** Whether a recipient was refused only because there are too many: the next transaction takes it (RFC 5321 section 4.5.3.1.10). */
export function isSurplus({ code, reply }: RefusedRecipient): boolean {
  return (code === 452 || code === 552) && /\b[45]\.5\.3\b|too many recipients/i.test(reply);
}

/** Codes above are those of no SMTP server (RFC 5321 section 4.2), and so unknown. */
function isPermanent(code: number | null): boolean {
  return code !== null && code >= 500 && code < 600;
}

function outcome(address: string, result: DeliveryOutcome["result"], reply: string): DeliveryOutcome {
  return { address, result, response: singleLine(reply) };
}

/** The id that servers put into the reply to DATA: `250 2.0.0 Ok: queued as 4F1C…`. */
function findQueueId(reply: string): string | null {
  return /\b(?:queued(?: mail)?(?: for delivery)? as|id=)\s*<?([\w.@-]{4,100})>?/i.exec(reply)?.[1] ?? null;
}
