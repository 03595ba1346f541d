/** smtp-server with its defaults put right for a relay: an immediate greeting, our own status codes, no surprises. */
import type { Socket } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { saslMechanisms } from "../core/ingest/sasl_exchange.ts";
import { overtimeTexts, type SessionTimes } from "../core/ingest/session_clock.ts";
import { ConnectionSweep } from "./connection_sweep.ts";
import { RelayConnection } from "./relay_connection.ts";
import { type Arrival, SmtpGate, type SmtpGateOptions } from "./smtp_gate.ts";

/** What a {@link RelayServer} needs besides smtp-server's options. */
export interface RelayServerParts extends Omit<SmtpGateOptions, "isImplicitTls" | "headerMs" | "sweep"> {
  readonly times: () => SessionTimes;
}

/** An {@link SMTPServer} that counts its connections from their first moment, greets at once, and keeps an eye on the time. */
export class RelayServer extends SMTPServer {
  readonly #parts: RelayServerParts;
  readonly #sweep = new ConnectionSweep();
  readonly #gate: SmtpGate;

  constructor(options: SMTPServerOptions, parts: RelayServerParts) {
    super({ ...defaults, ...options });
    this.#parts = parts;
    const isImplicitTls = options.secure === true;
    const headerMs = () => parts.times().handshakeMs;
    this.#gate = new SmtpGate({ ...parts, isImplicitTls, headerMs, sweep: this.#sweep });
    // Settings are getters, so that a change is seen by the next command; spreading has frozen them.
    Object.defineProperties(this.options, Object.getOwnPropertyDescriptors(options));
    // The library would begin the handshake, and wait for it, before anybody is asked.
    this.server.removeAllListeners("connection");
    this.server.on("connection", (socket: Socket) =>
      this.#gate.take(socket, (admitted, arrival) =>
        isImplicitTls ? this.#shakeHands(admitted, arrival) : this.#begin(admitted, arrival),
      ),
    );
  }

  /** Says good-bye to all clients; a message that is arriving is taken before. */
  dismiss(): void {
    this.#gate.close();
    for (const connection of this.connections) (connection as RelayConnection).dismiss();
  }

  #shakeHands(socket: Socket, arrival: Arrival): void {
    const deadlineMs = performance.now() + this.#parts.times().handshakeMs;
    // By this the library ends it when the server is closed; it holds the TLS socket, which has to be ended first.
    this._pendingSockets.set(socket, socket);
    const look = (nowMs: number): void => {
      if (nowMs <= deadlineMs) return;
      this._pendingSockets.get(socket)?.destroy(new Error(`TLS: ${overtimeTexts.handshake}`));
    };
    const forget = this.#sweep.add({ look });
    this._upgrade(socket, (error, secured) => {
      forget();
      this._pendingSockets.delete(socket);
      if (secured) return this.#begin(secured, arrival);
      socket.destroy();
      arrival.leave();
      this._onError(Object.assign(error as Error, { remoteAddress: arrival.address }));
    });
  }

  #begin(socket: Socket, { address, leave }: Arrival): void {
    const gone = (): void => {
      if (forget()) leave();
    };
    const connection = new RelayConnection(this, socket, { address, leave: gone }, this.#parts);
    const forget = this.#sweep.add(connection);
    this.connections.add(connection);
    connection.on("error", (error) => this._onError(error));
    connection.init();
  }
}

const defaults: SMTPServerOptions = {
  logger: false,
  banner: "Dispatch",
  heloResponse: "%s greets %s",
  disableReverseLookup: true,
  hideENHANCEDSTATUSCODES: false,
  hideDSN: false,
  // What is an address is decided in the core, which knows names with an underscore too.
  lenientAddressParsing: true,
  // Who has to sign in is decided in the core; the library would count the commands of the others.
  authOptional: true,
  authMethods: [...saslMechanisms],
  disabledCommands: ["XCLIENT", "XFORWARD", "WIZ", "SHELL", "KILL"],
};
