/** smtp-server with its defaults put right for a relay: an immediate greeting, our own status codes, no surprises. */
import type { Socket } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import type { SmtpReply } from "../core/ingest/smtp_replies.ts";
import { SmtpCommands } from "./smtp_commands.ts";

const shuttingDown: SmtpReply = { code: 421, enhanced: "4.3.2", text: "Service shutting down" };

class RelayConnection extends SmtpCommands {
  refusal: SmtpReply | null = null;
  /** Called once, when the connection is gone. Events of the socket would not do: STARTTLS drops their listeners. */
  leave: () => void = () => {};
  /** To be ended as soon as no message is arriving. */
  #isDismissed = false;

  /** The library waits 100 ms here for clients that talk too soon; a client with one message a connection can't. */
  override init(): void {
    this._setListeners(() => {
      if (this.refusal === null) this.connectionReady();
      else this.answer(this.refusal);
    });
  }

  override send(code: number, data?: string | string[] | null, context?: string | false): void {
    super.send(code, data, context);
    if (code !== 421 && this.#isDismissed) this.dismiss();
  }

  /** Says good-bye, at once or after the answer to the message that is arriving. */
  dismiss(): void {
    this.#isDismissed = true;
    if (!this.isBusy) this.answer(shuttingDown);
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
