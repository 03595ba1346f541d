/** nodemailer's connection to a smart host, with what it leaves open: parameters of commands, and bounds on what is said to it. */
import type { Transform, TransformCallback } from "node:stream";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { type DsnRequest, mailParameters, rcptParameters } from "../core/mail/dsn_request.ts";
import { PlainLines } from "../core/mail/plain_lines.ts";
import { omittedRequest } from "../core/relay/dsn_request_of.ts";
import type { HostExtensions } from "../core/relay/host_extensions.ts";
import type { SmartHost } from "../core/relay/smtp_result.ts";
import { SentSecrets } from "./sent_secrets.ts";
import { connectionClosed, type FailurePlace } from "./smtp_failure.ts";
import type { SmtpTimes } from "./smtp_times.ts";
import { type SmtpTrace, traceLogger } from "./smtp_trace.ts";

/** What of the library's inside this file knows; the tests of the client fail when it is no longer so. */
interface Internals {
  _sendCommand(text: string, logged?: string): void;
  _onData(chunk: Buffer): void;
  _onResponseTooLarge(): void;
  /** Whole replies that wait to be read. */
  _responseQueue: string[];
  _processResponse(): void;
  _createSendStream(done: (error?: unknown, reply?: string) => void): DataStream;
}

/** Doubles dots at the start of lines, and ends the message. */
interface DataStream extends Transform {
  /** The last byte that was passed on; `false` before the first. */
  lastByte: number | false;
  outByteCount: number;
}

const LibraryConnection = SMTPConnection as unknown as new (
  options: SMTPConnection.Options,
) => SMTPConnection & Internals;

/** What a server may say at once; one that offers every known extension says 1 KiB. */
const maxReplyBytes = 65_536;
/** What it may say to each command, of which many may go out together (RFC 5321 section 4.5.3.1.5). */
const maxLineBytes = 512;

/** What is said with a message beyond its addresses. */
export interface Announcement {
  readonly isUtf8: boolean;
  readonly dsn: DsnRequest | undefined;
  readonly offers: HostExtensions;
}

/** See the file's first line. */
export class HostConnection extends LibraryConnection {
  readonly #hostName: string;
  readonly #secrets: SentSecrets;
  /** Parameters for a `MAIL` or `RCPT` command, each with a space before it. */
  #parametersFor: (command: string) => string = () => "";
  #awaited = "";
  #allowedBytes = maxReplyBytes;

  constructor(host: SmartHost, times: SmtpTimes, trace?: SmtpTrace) {
    super(optionsFor(host, times, trace));
    this.#hostName = `${host.host}:${host.port}`;
    this.#secrets = new SentSecrets(host.username);
  }

  /** Where the conversation stands. */
  get place(): Omit<FailurePlace, "stage"> {
    return { hostName: this.#hostName, awaited: this.#awaited };
  }

  /** Prepares for a message; returns what the host can't be told of it, a few words each. */
  announce({ isUtf8, dsn, offers }: Announcement): string[] {
    const request = offers.has("DSN") ? dsn : undefined;
    this.#parametersFor = (command) => {
      // An address that is not ASCII is seen by the library, and a header section is not.
      if (command.startsWith("MAIL")) {
        const utf8 = isUtf8 && !/ SMTPUTF8(?: |$)/.test(command) ? " SMTPUTF8" : "";
        return utf8 + (request === undefined ? "" : mailParameters(request));
      }
      return rcptParameters(request?.recipients.get(command.slice("RCPT TO:<".length, -1)) ?? {});
    };
    return dsn === request ? [] : [omittedRequest];
  }

  /** All commands pass here; those of the sign-in hold secrets, and have no name. */
  override _sendCommand(text: string, logged?: string): void {
    this.#awaited = /^(?:EHLO|HELO|STARTTLS|AUTH|MAIL|RCPT|DATA|RSET|QUIT)(?= |$)/.exec(text)?.[0] ?? this.#awaited;
    if (this.#awaited === "EHLO" || this.#awaited === "MAIL") this.#allowedBytes = maxReplyBytes;
    this.#allowedBytes += maxLineBytes;
    if (logged !== undefined) this.#secrets.learn(text);
    super._sendCommand(/^(?:MAIL FROM|RCPT TO):/.test(text) ? text + this.#parametersFor(text) : text, logged);
  }

  /** The library bounds one reply, and neither their number nor empty lines, each of which costs it a turn. */
  override _onData(chunk: Buffer): void {
    this.#allowedBytes -= chunk.length;
    if (this.#allowedBytes < 0) this._onResponseTooLarge();
    else super._onData(chunk);
  }

  /** The library looks at each byte of a message. */
  override _createSendStream(done: (error?: unknown, reply?: string) => void): DataStream {
    const stream = super._createSendStream(done);
    const rewrite = stream._transform.bind(stream);
    const lines = new PlainLines();
    stream._transform = (chunk: Buffer, encoding: BufferEncoding, pass: TransformCallback) => {
      const last = chunk.at(-1);
      if (last === undefined || !lines.isPlain(chunk)) return rewrite(chunk, encoding, pass);
      stream.lastByte = last;
      stream.outByteCount += chunk.length;
      pass(null, chunk);
    };
    return stream;
  }

  /** Here the library takes a reply up, for whoever waits for it and for the trace. */
  override _processResponse(): void {
    const [reply] = this._responseQueue;
    if (reply !== undefined) this._responseQueue[0] = this.#secrets.mask(reply);
    super._processResponse();
  }
}

function optionsFor(host: SmartHost, { connectMs, silenceMs }: SmtpTimes, trace: SmtpTrace | undefined) {
  return {
    host: host.host,
    port: host.port,
    name: host.clientName,
    secure: host.tls === "implicit",
    ignoreTLS: host.tls === "none",
    // A password is not for whoever sits on the way and takes the offer of STARTTLS out.
    requireTLS: host.tls === "starttls" || (host.tls === "auto" && hasCredentials(host)),
    tls: {
      // Judged by `certificateObstacle` before anything but EHLO is said: only of an open connection can be told what
      // certificate it was that is not accepted.
      rejectUnauthorized: false,
      minVersion: "TLSv1.2" as const,
      ...(host.caPem === undefined ? {} : { ca: host.caPem }),
    },
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: silenceMs,
    // The operator names the smart host, and it is often on the operator's own network.
    allowInternalNetworkInterfaces: true,
    ...(trace === undefined ? {} : { debug: true, logger: traceLogger(trace) as never }),
  };
}

/** Whether anybody is to sign in. */
export function hasCredentials({ username = "" }: SmartHost): boolean {
  return username !== "";
}

/**
 * Resolves with what `start` calls back with. Fails too when the connection ends before: nodemailer then forgets who
 * waits for a reply, and who closed it.
 */
export function whileOpen<T>(
  connection: HostConnection,
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
