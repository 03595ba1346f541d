/** What a client sends, as a stream: commands one at a time, and the content of messages. Takes the place of smtp-server's. */
import { Readable, Writable } from "node:stream";
import type { SMTPServerDataStream } from "smtp-server";
import { DotUnstuffer } from "../core/ingest/dot_unstuffer.ts";
import { type SmtpLine, SmtpLineReader } from "../core/ingest/smtp_line_reader.ts";

/** So many commands of one client are handled before others have a turn. */
const commandsInTurn = 100;

const dotLine = Buffer.from("\r\n.");

/** The content of one message. */
class MessageStream extends Readable {
  /** Whether the client has sent all of it; the library asks by this name. */
  writableEnded = false;
  #wanted = Promise.withResolvers<void>();

  /** Hands over the next bytes; a returned promise is backpressure. */
  put(content: Uint8Array): Promise<void> | null {
    if (content.length === 0 || this.destroyed || this.push(content)) return null;
    this.#wanted = Promise.withResolvers();
    return this.#wanted.promise;
  }

  end(): void {
    this.writableEnded = true;
    if (!this.destroyed) this.push(null);
  }

  override _read(): void {
    this.#wanted.resolve();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#wanted.resolve();
    callback(error);
  }
}

/** What is done with each line; `next` is to be called once when the following one may come, and never after the last. */
export type TakeLine = (line: SmtpLine, next: () => void) => void;

/**
 * Reads one side of a session, before or after STARTTLS. A client that waits for no answer is read no further than the
 * command that is being handled.
 */
export class SmtpStream extends Writable {
  /** What still comes is thrown away: the session is over, or goes on inside TLS. */
  isClosed = false;
  /** Bytes of content of the last message; the library logs them. */
  dataBytes = 0;
  /** Whether content is due rather than a command; the library asks by this name. */
  _dataMode = false;
  readonly #take: TakeLine;
  readonly #isAuthExchange: () => boolean;
  readonly #lines = new SmtpLineReader();
  #message = new MessageStream();
  #unstuffer = newUnstuffer();
  #answered = Promise.withResolvers<void>();

  /** @param isAuthExchange whether the next line belongs to an `AUTH` command */
  constructor(take: TakeLine, isAuthExchange: () => boolean) {
    super();
    this.#take = take;
    this.#isAuthExchange = isAuthExchange;
  }

  /** Takes what comes for the content of a message, up to its end. */
  startDataMode(): SMTPServerDataStream {
    this._dataMode = true;
    this.dataBytes = 0;
    this.#message = new MessageStream();
    this.#unstuffer = newUnstuffer();
    this.#answered = Promise.withResolvers();
    // The library only passes it on, and to nobody who writes to it.
    return this.#message as unknown as SMTPServerDataStream;
  }

  /** The message has its answer: commands are due again, once all of it has come. */
  continue(): void {
    this.#answered.resolve();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#readAll(chunk).then(() => done(), done);
  }

  async #readAll(chunk: Uint8Array): Promise<void> {
    let rest = chunk;
    while (rest.length > 0 && !this.isClosed) {
      rest = this._dataMode ? await this.#readContent(rest) : await this.#readLines(rest);
    }
  }

  /** Returns what has come after `DATA`, or nothing. */
  async #readLines(bytes: Uint8Array): Promise<Uint8Array> {
    this.#lines.push(bytes);
    for (let count = 1; !this._dataMode && !this.isClosed; count++) {
      const line = this.#lines.next(this.#isAuthExchange());
      if (line === null) break;
      await new Promise<void>((resolve) => this.#take(line, resolve));
      if (count % commandsInTurn === 0) await new Promise(setImmediate);
    }
    return this.#lines.takeRest();
  }

  /** Returns what has come after the end of the message, or nothing. */
  async #readContent(bytes: Uint8Array): Promise<Uint8Array> {
    const { content, endedAt } = this.#unstuffer.push(bytes);
    this.dataBytes += content.length;
    const backpressure = this.#message.put(content);
    if (endedAt < 0) {
      if (backpressure !== null) await backpressure;
      return bytes.subarray(bytes.length);
    }
    this._dataMode = false;
    this.#message.end();
    await this.#answered.promise;
    return bytes.subarray(endedAt);
  }
}

function newUnstuffer(): DotUnstuffer {
  return new DotUnstuffer((bytes, from) => Buffer.prototype.indexOf.call(bytes, dotLine, from));
}
