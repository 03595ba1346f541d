/** smtp-server with its defaults put right for a relay: an immediate greeting, our own status codes, no surprises. */
import type { Socket } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { SMTPConnection } from "smtp-server/lib/smtp-connection.js";
import type { SMTPStream } from "smtp-server/lib/smtp-stream.js";
import { type AddressVerb, refuseParameters } from "../core/ingest/smtp_parameters.ts";
import type { SmtpReply } from "../core/ingest/smtp_replies.ts";

/** `1.2.3 text`: an enhanced status code (RFC 3463) and the text after it. */
const enhancedReply = /^[245]\.\d{1,3}\.\d{1,3} /;

const shuttingDown: SmtpReply = { code: 421, enhanced: "4.3.2", text: "Service shutting down" };

class RelayConnection extends SMTPConnection {
  refusal: SmtpReply | null = null;
  /** Called once, when the connection is gone. Events of the socket would not do: STARTTLS drops their listeners. */
  leave: () => void = () => {};
  /** To be ended as soon as no message is arriving. */
  #isDismissed = false;

  /** The library waits 100 ms here for clients that talk too soon; a client with one message a connection can't. */
  override init(): void {
    this._setListeners(() => {
      if (this.refusal === null) this.connectionReady();
      else this.send(this.refusal.code, `${this.refusal.enhanced} ${this.refusal.text}`);
    });
  }

  /** A text that brings its own enhanced status code is not given the library's. */
  override send(code: number, data?: string | string[] | null, context?: string | false): void {
    super.send(code, data, typeof data === "string" && enhancedReply.test(data) ? false : context);
    if (code !== 421 && this.#isDismissed) this.dismiss();
  }

  /** Says good-bye, at once or after the answer to the message that is arriving. */
  dismiss(): void {
    this.#isDismissed = true;
    const { code, enhanced, text } = shuttingDown;
    if (!this.isBusy) this.send(code, `${enhanced} ${text}`);
  }

  /** The library forgets what waits behind a message, when that message itself had waited, whole, behind another. */
  override _createParser(): SMTPStream {
    const parser = super._createParser();
    parser.continue = () => {
      const waiting = parser._continueCallback;
      parser._continueCallback = typeof waiting !== "function";
      if (typeof waiting === "function") waiting();
    };
    return parser;
  }

  /** The library takes any parameter, and addresses of any characters. */
  override handler_MAIL(command: Buffer, callback: () => void): void {
    if (this.#takesParameters("MAIL", command, callback)) super.handler_MAIL(command, callback);
  }

  override handler_RCPT(command: Buffer, callback: () => void): void {
    if (this.#takesParameters("RCPT", command, callback)) super.handler_RCPT(command, callback);
  }

  /** Known, and not there (RFC 5321 section 4.2.4). */
  handler_EXPN(_command: Buffer, callback: () => void): void {
    this.send(502, "5.5.1 There are no lists here");
    callback();
  }

  #takesParameters(verb: AddressVerb, command: Buffer, callback: () => void): boolean {
    const { mailFrom } = this.session.envelope;
    const isUtf8 = verb === "RCPT" && mailFrom !== false && mailFrom.args !== false && "SMTPUTF8" in mailFrom.args;
    const refusal = refuseParameters(verb, command.toString(), isUtf8);
    if (refusal === null) return true;
    this.send(refusal.code, `${refusal.enhanced} ${refusal.text}`);
    callback();
    return false;
  }

  override _onClose(): void {
    super._onClose();
    this.leave();
    this.leave = () => {};
  }

  /** Whether a message is arriving or waits for its answer. */
  get isBusy(): boolean {
    return this._dataStream !== false && this._dataStream !== null;
  }
}

/** What is decided about a new connection. */
export interface Admission {
  /** What to refuse it with, or `null`. */
  readonly refusal: SmtpReply | null;
  /** Called once, when the connection is gone. */
  readonly leave: () => void;
}

/** An {@link SMTPServer} that greets at once. */
export class RelayServer extends SMTPServer {
  readonly #admit: (socket: Socket) => Admission;
  #isDismissed = false;

  /** @param admit called once for each connection */
  constructor(options: SMTPServerOptions, admit: (socket: Socket) => Admission) {
    super({ ...defaults, ...options });
    this.#admit = admit;
    // Settings are getters, so that a change is seen by the next command; spreading has frozen them.
    Object.defineProperties(this.options, Object.getOwnPropertyDescriptors(options));
  }

  override connect(socket: Socket, socketOptions?: never): void {
    const connection = new RelayConnection(this, socket, socketOptions);
    Object.assign(connection, this.#admit(socket));
    // The system had taken it before the port was closed, and this is the first that is heard of it.
    if (this.#isDismissed) connection.refusal = shuttingDown;
    this.connections.add(connection);
    connection.on("error", (error) => this._onError(error));
    connection.init();
  }

  /** Says good-bye to all clients; a message that is arriving is taken before. */
  dismiss(): void {
    this.#isDismissed = true;
    for (const connection of this.connections) (connection as RelayConnection).dismiss();
  }
}

const defaults: SMTPServerOptions = {
  logger: false,
  banner: "Dispatch",
  heloResponse: "%s greets %s",
  disableReverseLookup: true,
  hideENHANCEDSTATUSCODES: false,
  // What is an address is decided in the core, which knows names with an underscore too.
  lenientAddressParsing: true,
  // Without AUTH nobody ever signs in, and the library's limit of commands before that must not apply.
  authOptional: true,
  disabledCommands: ["AUTH", "XCLIENT", "XFORWARD", "WIZ", "SHELL", "KILL"],
};
