/** An SMTP server that keeps every message exactly as it came, and answers as a scenario wants. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** A message as it came over the wire. */
export interface SunkMessage {
  readonly sender: string;
  readonly recipients: readonly string[];
  /** The content with CRLF, dot-stuffing undone, without the final dot. */
  readonly content: Buffer;
}

/** Answers other than the good one; `null` or nothing leaves the good one. */
export interface SinkAnswers {
  /** Reply line to a RCPT. */
  readonly recipient?: (address: string) => string | null;
  /** Reply line after the content. */
  readonly message?: (message: SunkMessage) => string | null;
}

const endOfContent = Buffer.from("\r\n.\r\n");

/** See the file's first line. Speaks EHLO, MAIL, RCPT, DATA, RSET, NOOP and QUIT, one command at a time. */
export class Sink {
  /** Every message that was answered with a 2xx, in the order of their arrival. */
  readonly messages: SunkMessage[] = [];
  /** Every address that a RCPT named, whatever the answer. */
  readonly askedRecipients: string[] = [];
  /** May be replaced at any time. */
  answers: SinkAnswers;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(answers: SinkAnswers) {
    this.answers = answers;
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
      new SinkSession(this, socket).start();
    });
  }

  /** Starts one on a free port, or on `port`. */
  static async start(answers: SinkAnswers = {}, port = 0): Promise<Sink> {
    const sink = new Sink(answers);
    sink.#server.listen(port, "127.0.0.1");
    await once(sink.#server, "listening");
    return sink;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends every connection and the server. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}

/** One connection to a {@link Sink}. */
class SinkSession {
  readonly #sink: Sink;
  readonly #socket: Socket;
  #received: Buffer[] = [];
  #isInContent = false;
  #sender = "";
  #recipients: string[] = [];

  constructor(sink: Sink, socket: Socket) {
    this.#sink = sink;
    this.#socket = socket;
  }

  start(): void {
    // A client that is killed resets its connection; that is its end, and nothing more.
    this.#socket.on("error", () => undefined);
    this.#socket.on("data", (chunk: Buffer) => this.#take(chunk));
    this.#reply("220 sink ready");
  }

  #reply(line: string): void {
    this.#socket.write(`${line}\r\n`);
  }

  #take(chunk: Buffer): void {
    this.#received.push(chunk);
    // A large content is joined once, when its end is in sight, not for each chunk.
    if (this.#isInContent && !this.#endsContent()) return;
    let bytes = Buffer.concat(this.#received);
    for (;;) {
      const end = this.#isInContent ? bytes.indexOf(endOfContent) : bytes.indexOf("\r\n");
      if (end < 0) break;
      if (this.#isInContent) {
        // The CRLF before the dot belongs to the content; the first two bytes are the CRLF that ended DATA.
        this.#finishContent(bytes.subarray(2, end + 2));
        bytes = bytes.subarray(end + endOfContent.length);
      } else {
        const line = bytes.subarray(0, end).toString();
        const isData = this.#command(line);
        // Keeps the CRLF after DATA, so that a content of one dot alone has an end too.
        bytes = bytes.subarray(isData ? end : end + 2);
      }
    }
    this.#received = [bytes];
  }

  #endsContent(): boolean {
    const tail = Buffer.concat(this.#received.slice(-6)).subarray(-endOfContent.length);
    return tail.equals(endOfContent);
  }

  /** Answers one command; `true` when content follows. */
  #command(line: string): boolean {
    const verb = line.slice(0, 4).toUpperCase();
    const path = /<([^>]*)>/.exec(line)?.[1] ?? "";
    if (verb === "EHLO") this.#reply("250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8");
    else if (verb === "MAIL") {
      this.#sender = path;
      this.#recipients = [];
      this.#reply("250 2.1.0 sender ok");
    } else if (verb === "RCPT") this.#recipient(path);
    else if (verb === "DATA") {
      this.#isInContent = this.#recipients.length > 0;
      this.#reply(this.#isInContent ? "354 go on" : "554 5.5.1 no valid recipients");
      return this.#isInContent;
    } else if (verb === "QUIT") this.#socket.end("221 2.0.0 bye\r\n");
    else this.#reply(verb === "HELO" || verb === "RSET" || verb === "NOOP" ? "250 2.0.0 ok" : "502 5.5.2 unknown");
    return false;
  }

  #recipient(address: string): void {
    this.#sink.askedRecipients.push(address);
    const answer = this.#sink.answers.recipient?.(address) ?? null;
    if (answer === null) this.#recipients.push(address);
    this.#reply(answer ?? "250 2.1.5 recipient ok");
  }

  #finishContent(stuffed: Buffer): void {
    this.#isInContent = false;
    // latin1 keeps each byte as one character, so that undoing the dots changes nothing else.
    const content = Buffer.from(stuffed.toString("latin1").replace(/(^|\r\n)\./g, "$1"), "latin1");
    const message = { sender: this.#sender, recipients: this.#recipients, content };
    const answer = this.#sink.answers.message?.(message) ?? null;
    if (answer === null || answer.startsWith("2")) this.#sink.messages.push(message);
    this.#reply(answer ?? "250 2.0.0 message ok");
  }
}
