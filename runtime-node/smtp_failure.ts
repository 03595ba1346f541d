/** What went wrong in a session with a smart host, in words for the operator. */
import type { RefusedRecipient, SmtpResult } from "../core/relay/smtp_result.ts";

/** The error that nodemailer gives; all of it optional, since sockets throw their own. */
export interface ClientError extends Error {
  readonly code?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
  readonly rejectedErrors?: readonly ClientError[];
  readonly recipient?: string;
  readonly timeoutType?: string;
}

/** A failure of the attempt. */
export type SmtpFailure = SmtpResult & { readonly kind: "failed" };

/** Where it went wrong. */
export interface FailurePlace {
  readonly stage: SmtpFailure["stage"];
  /** `mail.example.org:587` */
  readonly hostName: string;
  /** The command that was sent last, `""` before the first. */
  readonly awaited: string;
}

/** The failure that `error` is. A reply of the server is left as it is. */
export function failureOf(error: ClientError, place: FailurePlace): SmtpFailure {
  return {
    kind: "failed",
    stage: place.stage === "message" && isBeforeMessage(error) ? "session" : place.stage,
    code: error.responseCode ?? null,
    reply: replyIn(error, place),
    refused: [],
  };
}

/** A failure that the server had no part in. */
export function failure(stage: SmtpFailure["stage"], code: number | null, reply: string): SmtpFailure {
  return { kind: "failed", stage, code, reply, refused: [] };
}

/** The recipients that the server refused. */
export function refusedIn(errors: readonly ClientError[], place: Omit<FailurePlace, "stage">): RefusedRecipient[] {
  return errors.map((error) => ({
    address: error.recipient ?? "",
    code: error.responseCode ?? 0,
    reply: replyIn(error, { ...place, awaited: "RCPT" }),
  }));
}

/** The error of a connection that has ended, by whoever. */
export function connectionClosed(): ClientError {
  return Object.assign(new Error("The connection was closed"), { code: "ECONNECTION" });
}

/** A broken or closing connection says nothing about the message, whatever code the server left with. */
function isBeforeMessage({ code, command, responseCode }: ClientError): boolean {
  if (command === "MAIL FROM" && responseCode === 421) return true;
  return code === "ECONNECTION" || code === "ESOCKET" || code === "ETIMEDOUT" || command === "CONN";
}

/** The server's reply as it is, if there was one. */
function replyIn(error: ClientError, place: Omit<FailurePlace, "stage">): string {
  return error.response !== undefined && error.responseCode !== undefined ? error.response : explain(error, place);
}

function explain(error: ClientError, { hostName, awaited }: Omit<FailurePlace, "stage">): string {
  const moment = awaited === "" ? "before its greeting" : `after ${awaited}`;
  if (error.response !== undefined) {
    return `${hostName} said ${moment} what is no SMTP reply: ${JSON.stringify(error.response.slice(0, 100))}`;
  }
  switch (error.code) {
    case "ETIMEDOUT":
      return `${hostName} ${timeOuts[error.timeoutType ?? ""] ?? `did not answer in time ${moment}`}`;
    case "ECONNECTION":
      return `The connection to ${hostName} was closed ${moment}`;
    case "EPROTOCOL":
      return `${hostName} said more ${moment} than any SMTP server has to say`;
    case "EDNS":
      return `The address of ${hostName} was not found: ${error.message}`;
    case "ESTREAM":
      return `The message could not be read: ${error.message}`;
    default:
      return `The connection to ${hostName} failed ${moment}: ${error.message}`;
  }
}

const timeOuts: Readonly<Record<string, string>> = {
  CONNECT_TIMEOUT: "could not be reached in time",
  GREETING_TIMEOUT: "sent no greeting in time",
  UPGRADE_TIMEOUT: "did not finish the TLS handshake in time",
};
