/** One SMTP session with a smart host, by nodemailer. */
import { Readable } from "node:stream";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import type { RefusedRecipient, SmartHost, SmtpResult } from "../core/relay/smtp_result.ts";

/** Time allowed for connecting, TLS and the greeting. */
const connectTimeoutMs = 30_000;

/** Time that a server may be silent, the reply to the end of the data included (RFC 5321 section 4.5.3.2.6). */
const silenceTimeoutMs = 10 * 60_000;

/** The message of one attempt. */
export interface SmtpMessage {
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly sizeBytes: number;
  readonly content: Uint8Array | ReadableStream<Uint8Array>;
}

/** One line of the conversation; credentials are masked. */
export type SmtpTrace = (direction: "sent" | "received" | "note", line: string) => void;

/** The error that nodemailer gives; all of it optional, since sockets throw their own. */
interface ClientError extends Error {
  readonly code?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
  readonly rejectedErrors?: readonly ClientError[];
  readonly recipient?: string;
}

/** What nodemailer tells about a message that was sent. */
interface SentInfo {
  readonly response?: string;
  readonly rejectedErrors?: readonly ClientError[];
}

/** An open session. `isUsable` turns false when the session can't take another message. */
export class SmtpSession {
  readonly #connection: SMTPConnection;
  #isUsable = true;
  #hasAnswered = false;
  /** Called when the session ends by itself. */
  onEnd: () => void = () => {};

  private constructor(connection: SMTPConnection) {
    this.#connection = connection;
    connection.on("end", () => this.#end());
    connection.on("error", () => this.#end());
  }

  /** Connects, upgrades to TLS as the smart host's settings say, and signs in. */
  static async open(host: SmartHost, signal: AbortSignal, trace?: SmtpTrace): Promise<SmtpSession | SmtpResult> {
    if (signal.aborted) return failure(connectionClosed(), "session");
    const connection = new SMTPConnection(connectionOptions(host, trace));
    const abort = () => connection.close();
    signal.addEventListener("abort", abort, { once: true });
    try {
      await whileOpen(connection, (done) => connection.connect(done));
      const session = new SmtpSession(connection);
      if (hasCredentials(host)) {
        const credentials = { user: host.username, pass: host.password ?? "" };
        await whileOpen(connection, (done) => connection.login({ credentials } as never, done));
      }
      return session;
    } catch (error) {
      connection.close();
      return failure(error as ClientError, (error as ClientError).code === "EAUTH" ? "sign-in" : "session");
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  get isUsable(): boolean {
    return this.#isUsable;
  }

  /** Whether the server said anything about the last message, but that it ends the session (421). */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** Sends one message. After a failure the session is closed, unless the server only refused. */
  async send(message: SmtpMessage, signal: AbortSignal): Promise<SmtpResult> {
    const content = contentOf(message);
    this.#connection.lastServerResponse = false;
    if (signal.aborted) this.close();
    const abort = () => this.close();
    signal.addEventListener("abort", abort, { once: true });
    try {
      return await this.#transmit(message, content);
    } catch (error) {
      const result = failure(error as ClientError, "message");
      await this.#reset(result.code !== null && (error as ClientError).code === "EENVELOPE");
      return result;
    } finally {
      signal.removeEventListener("abort", abort);
      this.#hasAnswered = /^(?!421)\d/.test(String(this.#connection.lastServerResponse));
      // A message that was refused at once is not read by nodemailer, nor closed.
      if (!Buffer.isBuffer(content)) content.destroy();
    }
  }

  close(): void {
    this.#isUsable = false;
    this.#connection.close();
  }

  /** Says QUIT and leaves. */
  quit(): void {
    this.#isUsable = false;
    this.#connection.quit();
  }

  async #transmit(message: SmtpMessage, content: Buffer | Readable): Promise<SmtpResult> {
    const envelope = {
      from: message.sender,
      to: [...message.recipients],
      size: message.sizeBytes,
      use8BitMime: true,
    };
    const info = await whileOpen<SentInfo>(this.#connection, (done) =>
      this.#connection.send(envelope, content, done as never),
    );
    return { kind: "sent", reply: info?.response ?? "", refused: refusedIn(info?.rejectedErrors) };
  }

  /** Makes the session ready for the next message, or ends it. */
  async #reset(isWorthwhile: boolean): Promise<void> {
    if (!isWorthwhile || !this.#isUsable) return this.close();
    await whileOpen(this.#connection, (done) => this.#connection.reset(done)).catch(() => this.close());
  }

  #end(): void {
    this.#isUsable = false;
    this.onEnd();
  }
}

function hasCredentials({ username = "" }: SmartHost): boolean {
  return username !== "";
}

function connectionOptions(host: SmartHost, trace: SmtpTrace | undefined) {
  return {
    host: host.host,
    port: host.port,
    name: host.clientName,
    secure: host.tls === "implicit",
    ignoreTLS: host.tls === "none",
    // A password is not for whoever sits on the way and takes the offer of STARTTLS out.
    requireTLS: host.tls === "starttls" || (host.tls === "auto" && hasCredentials(host)),
    tls: { rejectUnauthorized: host.verifyCertificate, minVersion: "TLSv1.2" as const },
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    socketTimeout: silenceTimeoutMs,
    // The operator names the smart host, and it is often on the operator's own network.
    allowInternalNetworkInterfaces: true,
    ...(trace === undefined ? {} : { debug: true, logger: traceLogger(trace) as never }),
  };
}

function contentOf({ content }: SmtpMessage): Buffer | Readable {
  if (!(content instanceof Uint8Array)) return Readable.fromWeb(content as never);
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength);
}

/**
 * Resolves with what `start` calls back with. Fails too when the connection ends before: nodemailer then forgets who
 * waits for a reply, and who closed it.
 */
function whileOpen<T>(
  connection: SMTPConnection,
  start: (done: (error?: unknown, value?: T) => void) => void,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const end = () => void setImmediate(finish, connectionClosed());
    function finish(error?: unknown, value?: T): void {
      connection.off("error", finish).off("end", end);
      if (error) reject(error);
      else resolve(value);
    }
    // What the server said last comes by callback, in the same turn as the end.
    connection.on("error", finish).on("end", end);
    start(finish);
  });
}

function connectionClosed(): ClientError {
  return Object.assign(new Error("The connection was closed"), { code: "ECONNECTION" });
}

function failure(error: ClientError, stage: "session" | "sign-in" | "message"): SmtpResult & { kind: "failed" } {
  return {
    kind: "failed",
    stage: stage === "message" && isBeforeMessage(error) ? "session" : stage,
    code: error.responseCode ?? (isTooLarge(error) ? 552 : null),
    reply: error.response ?? error.message,
    refused: refusedIn(error.rejectedErrors),
  };
}

/** A broken or closing connection says nothing about the message, whatever code the server left with. */
function isBeforeMessage({ code, command, responseCode }: ClientError): boolean {
  if (command === "MAIL FROM" && responseCode === 421) return true;
  return code === "ECONNECTION" || code === "ESOCKET" || code === "ETIMEDOUT" || command === "CONN";
}

/** The server's own limit, which it named in its reply to EHLO, rules the message out (RFC 1870 section 6.1). */
function isTooLarge({ code, command, responseCode }: ClientError): boolean {
  return code === "EMESSAGE" && command === "MAIL FROM" && responseCode === undefined;
}

function refusedIn(errors: readonly ClientError[] | undefined): RefusedRecipient[] {
  return (errors ?? []).map((error) => ({
    address: error.recipient ?? "",
    code: error.responseCode ?? 0,
    reply: error.response ?? error.message,
  }));
}

/** nodemailer's logger interface; it hands over each line of the conversation as `debug`, credentials masked. */
function traceLogger(
  trace: SmtpTrace,
): Record<string, (entry: { tnx?: string }, format: string, ...parts: unknown[]) => void> {
  const write = (entry: { tnx?: string }, format: string, ...parts: unknown[]): void => {
    const direction = entry.tnx === "client" ? "sent" : entry.tnx === "server" ? "received" : "note";
    let next = 0;
    const text = String(format).replaceAll(/%[sdj]/g, () => String(parts[next++]));
    for (const line of text.split(/\r?\n/)) trace(direction, line);
  };
  return { trace: write, debug: write, info: write, warn: write, error: write, fatal: write };
}
