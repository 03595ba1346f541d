/** A session of the SMTP listener: greeted at once, ended when its time or its patience is used up. */
import type { Socket } from "node:net";
import type { SMTPServer } from "smtp-server";
import type { RefusalLines } from "../core/history/refusal_lines.ts";
import { shuttingDown, timedOut, tooManyErrors } from "../core/ingest/farewells.ts";
import {
  type Overtime,
  overtimeTexts,
  SessionClock,
  type SessionPhase,
  type SessionTimes,
} from "../core/ingest/session_clock.ts";
import { SessionErrors } from "../core/ingest/session_errors.ts";
import type { Watched } from "./connection_sweep.ts";
import { SmtpAuth } from "./smtp_auth.ts";
import type { Arrival } from "./smtp_gate.ts";

/** What sessions share. */
export interface SessionSurroundings {
  readonly times: () => SessionTimes;
  readonly lines: RefusalLines;
}

/** See the file's first line. */
export class RelayConnection extends SmtpAuth implements Watched {
  readonly #surroundings: SessionSurroundings;
  readonly #arrival: Arrival;
  readonly #clock: SessionClock;
  readonly #errors = new SessionErrors();
  #lines = 0;
  /** Of the command that is being answered. */
  #freeRecipients = 0;
  /** The TLS socket, once there is one: with the handshake under way the library has still the one below. */
  #top: Socket;
  /** To be ended as soon as no message is arriving. */
  #isDismissed = false;

  constructor(server: SMTPServer, socket: Socket, arrival: Arrival, surroundings: SessionSurroundings) {
    super(server, socket, { remoteAddress: arrival.address });
    this.#top = socket;
    this.#arrival = arrival;
    this.#surroundings = surroundings;
    this.#clock = new SessionClock(performance.now(), surroundings.times);
  }

  /** The library waits 100 ms here for clients that talk too soon; a client with one message a connection can't. */
  override init(): void {
    this._setListeners(() => this.connectionReady());
  }

  override send(code: number, data?: string | string[] | null, context?: string | false): void {
    // The library ends a session after ten unknown commands, without the reason; that is counted here.
    this._unrecognizedCommands = 0;
    if (context === "DATA_OK") this.#errors.reset();
    if (this.#errors.isTooMany(code, this.#freeRecipients)) this.#giveUp();
    else super.send(code, data, context);
    if (code !== 421 && this.#isDismissed) this.dismiss();
  }

  /** Says good-bye, at once or after the answer to the message that is arriving. */
  dismiss(): void {
    this.#isDismissed = true;
    if (!this.isBusy) this.answer(shuttingDown);
  }

  /** Ends the session when its time is up. */
  look(nowMs: number): void {
    if (this._closing || this._closed) return;
    const sample = { phase: this.#phase, commands: this.#lines, bytes: this._socket.bytesRead };
    const overtime = this.#clock.look(nowMs, sample);
    if (overtime === "handshake") this.#top.destroy(new Error(`TLS: ${overtimeTexts.handshake}`));
    else if (overtime !== null) this.#end(overtime);
  }

  override _onCommand(command: Buffer, next: () => void): void {
    this.#lines += 1;
    this.#freeRecipients = 0;
    super._onCommand(command, next);
  }

  override handler_RCPT(command: Buffer, next: () => void): void {
    if (this.session.envelope.mailFrom) this.#freeRecipients = this._server.options.maxRecipients ?? 0;
    super.handler_RCPT(command, next);
  }

  /** Takes the place of the library's timer, which starts anew with every byte, and costs something with each. */
  override _armTimeout(socket: Socket = this._socket): void {
    this.#top = socket;
  }

  /** Events of the socket would not do to learn that it is gone: STARTTLS drops their listeners. */
  override _onClose(): void {
    super._onClose();
    this.#arrival.leave();
  }

  /** Whether a message is arriving or waits for its answer. */
  get isBusy(): boolean {
    return this._dataStream !== false && this._dataStream !== null;
  }

  get #phase(): SessionPhase {
    if (this._upgrading) return "handshake";
    const stream = this._dataStream;
    if (!stream) return this._handlerPending ? "answer" : "command";
    // A stream that is paused waits for our disk.
    return stream.writableEnded || stream.isPaused() ? "answer" : "content";
  }

  #end(overtime: Overtime): void {
    const message = `The session of ${this.remoteAddress} was ended: ${overtimeTexts[overtime]}.`;
    this.#tell("smtp.timed_out", message, overtime);
    // Who has not read what came before does not read this.
    if (this._socket.writableNeedDrain) this._socket.destroy();
    else this.answer(timedOut(overtime));
  }

  #giveUp(): void {
    const message = `The session of ${this.remoteAddress} was ended: too many of its commands were refused.`;
    this.#tell("smtp.too_many_errors", message, "errors");
    this.answer(tooManyErrors);
  }

  #tell(event: string, message: string, reason: string): void {
    this.#surroundings.lines.warn(event, message, { address: this.remoteAddress, reason });
  }
}
