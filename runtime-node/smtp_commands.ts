/** The commands of an SMTP session: smtp-server's, put right where RFC 5321 says otherwise. */
import type { SMTPServerAddress } from "smtp-server";
import { SMTPConnection } from "smtp-server/lib/smtp-connection.js";
import type { SMTPStream } from "smtp-server/lib/smtp-stream.js";
import { DispatchError } from "../core/error/mod.ts";
import type { SmtpLine } from "../core/ingest/smtp_line_reader.ts";
import { type AddressCommand, type AddressVerb, readAddressCommand } from "../core/ingest/smtp_parameters.ts";
import { lineRefusal, type SmtpReply, smtpReplyTo } from "../core/ingest/smtp_replies.ts";
import { SmtpStream } from "./smtp_stream.ts";

/** `1.2.3 text`: an enhanced status code (RFC 3463) and the text after it. */
const enhancedReply = /^[245]\.\d{1,3}\.\d{1,3} /;

const senderKnown: SmtpReply = { code: 503, enhanced: "5.5.1", text: "There is a sender already" };
const senderMissing: SmtpReply = { code: 503, enhanced: "5.5.1", text: "Send MAIL first" };

type Next = () => void;

/** A session that reads its lines and its mail commands by the rules of the core. */
export class SmtpCommands extends SMTPConnection {
  /** The library's own takes a bare LF for the end of a line, and forgets what waits behind two messages in one write. */
  override _createParser(): SMTPStream {
    const stream = new SmtpStream(
      (line, next) => this.#take(line, next),
      () => this._nextHandler !== false,
    );
    stream.on("error", () => this.send(421, "4.3.0 Internal error, try again later"));
    // All that the library asks of it is there.
    return stream as unknown as SMTPStream;
  }

  /** A text that brings its own enhanced status code is not given the library's. */
  override send(code: number, data?: string | string[] | null, context?: string | false): void {
    super.send(code, data, typeof data === "string" && enhancedReply.test(data) ? false : context);
  }

  /** Sends a reply of the core. */
  answer({ code, enhanced, text }: SmtpReply): void {
    this.send(code, `${enhanced} ${text}`);
  }

  /** The library remembers that a client said EHLO even where it refuses it (RFC 5321 section 4.1.4). */
  override handler_EHLO(command: Buffer, next: Next): void {
    super.handler_EHLO(withOneWord(command), next);
    this.openingCommand = this.session.openingCommand;
  }

  override handler_HELO(command: Buffer, next: Next): void {
    super.handler_HELO(withOneWord(command), next);
    this.openingCommand = this.session.openingCommand;
  }

  override handler_MAIL(command: Buffer, next: Next): void {
    const read = this.session.envelope.mailFrom ? { refusal: senderKnown } : this.#readAddress("MAIL", command);
    if ("refusal" in read) this.#refuse(read.refusal, next);
    else this.#setSender(read, next);
  }

  override handler_RCPT(command: Buffer, next: Next): void {
    const read = this.session.envelope.mailFrom ? this.#readAddress("RCPT", command) : { refusal: senderMissing };
    if ("refusal" in read) this.#refuse(read.refusal, next);
    else this.#addRecipient(read, next);
  }

  override handler_DATA(command: Buffer, next: Next): void {
    if (this.#takesNoArgument(command, next)) super.handler_DATA(command, next);
  }

  override handler_RSET(command: Buffer, next: Next): void {
    if (this.#takesNoArgument(command, next)) super.handler_RSET(command, next);
  }

  override handler_QUIT(command: Buffer, next: Next): void {
    if (this.#takesNoArgument(command, next)) super.handler_QUIT(command, next);
  }

  /** Known, and not there (RFC 5321 section 4.2.4). */
  handler_EXPN(_command: Buffer, next: Next): void {
    this.#refuse({ code: 502, enhanced: "5.5.1", text: "There are no lists here" }, next);
  }

  #take(line: SmtpLine, next: Next): void {
    if (line.kind !== "line") {
      const refusal = lineRefusal(line.kind, this._nextHandler !== false);
      // The library's checks of the session come first; then this takes the place of a command's handler.
      this._nextHandler = (_command, done) => this.#refuse(refusal, done);
    }
    this._onCommand(Buffer.from(line.kind === "line" ? line.bytes : []), next);
  }

  #readAddress(verb: AddressVerb, command: Buffer) {
    const isUtf8 = verb === "RCPT" && this.session.envelope.smtpUtf8 === true;
    const maxMessageBytes = this._server.options.size ?? Number.POSITIVE_INFINITY;
    return readAddressCommand(verb, command.toString(), { isUtf8, maxMessageBytes });
  }

  #setSender({ path, isUtf8, dsn = {} }: AddressCommand, next: Next): void {
    const { envelope } = this.session;
    const sender: SMTPServerAddress = { address: path, args: false };
    this._server.onMailFrom(sender, this.session, (error) => {
      if (error) this.#sendError(error);
      else {
        envelope.mailFrom = sender;
        envelope.smtpUtf8 = isUtf8;
        envelope.dsn = { ret: dsn.ret ?? null, envid: dsn.envid ?? null };
        this.send(250, "Accepted", "MAIL_FROM_OK");
      }
      next();
    });
  }

  /** One that is there already is not added, nor counted, again. */
  #addRecipient({ path, dsn }: AddressCommand, next: Next): void {
    const { rcptTo } = this.session.envelope;
    const recipient: SMTPServerAddress = { address: path, args: false, dsn: dsn as SMTPServerAddress["dsn"] };
    this._server.onRcptTo(recipient, this.session, (error) => {
      const limit = this._server.options.maxRecipients ?? Number.POSITIVE_INFINITY;
      const isKnown = this._rcptIndex.has(recipient.address);
      if (error) this.#sendError(error);
      else if (!isKnown && rcptTo.length >= limit) {
        this.answer(smtpReplyTo(new DispatchError("too_many_recipients", { limit })));
      } else {
        if (!isKnown) this._rcptIndex.set(recipient.address, rcptTo.push(recipient) - 1);
        this.send(250, "Accepted", "RCPT_TO_OK");
      }
      next();
    });
  }

  #takesNoArgument(command: Buffer, next: Next): boolean {
    if (!/ \S/.test(command.toString())) return true;
    this.#refuse({ code: 501, enhanced: "5.5.4", text: "This command takes no argument" }, next);
    return false;
  }

  #sendError(error: Error & { responseCode?: number | undefined }): void {
    this.send(error.responseCode ?? 550, error.message);
  }

  #refuse(reply: SmtpReply, next: Next): void {
    this.answer(reply);
    next();
  }
}

/** Devices that are named in several words give all of them for their host; the first does. */
function withOneWord(command: Buffer): Buffer {
  return Buffer.from(command.toString().split(" ", 2).join(" "));
}
