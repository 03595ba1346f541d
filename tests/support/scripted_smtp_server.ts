/** An SMTP server that says what a test has written for it, and keeps each byte that it is sent. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";

/** What happens at a step, instead of the good reply: a reply of its own, the end of the connection, or silence. */
export type ScriptedAnswer = string | "close" | "hang" | ScriptedBytes | null;

/** Bytes that are said as they are, and what follows: the end, silence, the same over and over, or one by one for ever. */
export interface ScriptedBytes {
  readonly bytes: string;
  readonly after: "close" | "hang" | "repeat" | "trickle";
}

/** The steps of a session, by the verb that leads to them; `greeting` and `content` have none. */
export type ScriptedStep =
  | "greeting"
  | "EHLO"
  | "HELO"
  | "STARTTLS"
  | "AUTH"
  | "MAIL"
  | "RCPT"
  | "DATA"
  | "content"
  | "RSET"
  | "QUIT";

/** What a server does. */
export interface Script {
  /** Keywords after the name in the reply to EHLO; default `8BITMIME`, `SMTPUTF8`, `ENHANCEDSTATUSCODES`. */
  readonly extensions?: readonly string[];
  /** Asked at each step, with the line that led to it and the number of the connection, from 1; default `null`. */
  readonly answer?: (step: ScriptedStep, line: string, connection: number) => ScriptedAnswer;
  /** PEM of what STARTTLS shows. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** TLS from the first byte. */
  readonly isImplicitTls?: boolean;
  /** Says so many bytes in all, TLS apart, and then ends the connection. */
  readonly cutAfterBytes?: number;
}

/** One connection, as the server saw it. */
export interface ScriptedSession {
  /** The lines of the client, content apart. */
  readonly commands: string[];
  /** The contents that came to their final dot, dots as they came over the wire, without that final line. */
  readonly contents: Buffer[];
  /** Whether TLS is on. */
  isSecure: boolean;
  /** Whether the client has closed it. */
  hasEnded: boolean;
  /** How many bytes the server has said, TLS apart. */
  saidBytes: number;
}

const goodReplies: Readonly<Record<ScriptedStep, string>> = {
  greeting: "220 scripted ESMTP",
  EHLO: "",
  HELO: "250 scripted",
  STARTTLS: "220 2.0.0 go on",
  AUTH: "235 2.7.0 ok",
  MAIL: "250 2.1.0 ok",
  RCPT: "250 2.1.5 ok",
  DATA: "354 go on",
  content: "250 2.0.0 ok: queued as 4F1C2D",
  RSET: "250 2.0.0 ok",
  QUIT: "221 2.0.0 bye",
};

/** See the file's first line. */
export class ScriptedSmtpServer {
  readonly sessions: ScriptedSession[] = [];
  /** May be replaced at any time. */
  script: Script;
  /** The most connections that were open at the same time. */
  mostAtOnce = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(script: Script) {
    this.script = script;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** Starts one on a free port of 127.0.0.1. */
  static async start(script: Script = {}): Promise<ScriptedSmtpServer> {
    const server = new ScriptedSmtpServer(script);
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#sockets.size;
  }

  /** All lines of all clients, content apart. */
  get commands(): string[] {
    return this.sessions.flatMap(({ commands }) => commands);
  }

  /** All contents that came to their end. */
  get contents(): Buffer[] {
    return this.sessions.flatMap(({ contents }) => contents);
  }

  /** Ends every connection, without a word. */
  dropAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.dropAll();
    this.#server.close();
    await once(this.#server, "close");
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#sockets.size);
    const session: ScriptedSession = { commands: [], contents: [], isSecure: false, hasEnded: false, saidBytes: 0 };
    this.sessions.push(session);
    socket.on("error", () => undefined);
    socket.once("close", () => {
      this.#sockets.delete(socket);
      session.hasEnded = true;
    });
    new Conversation(this, session, this.sessions.length).start(socket);
  }
}

const endOfContent = "\r\n.\r\n";

/** The talk over one connection. */
class Conversation {
  readonly #server: ScriptedSmtpServer;
  readonly #session: ScriptedSession;
  readonly #number: number;
  #socket!: Socket;
  #bytes: Buffer = Buffer.alloc(0);
  /** What came since. */
  readonly #chunks: Buffer[] = [];
  #isInContent = false;
  /** The next line answers a challenge. */
  #isInExchange = false;
  #isSilent = false;

  constructor(server: ScriptedSmtpServer, session: ScriptedSession, number: number) {
    this.#server = server;
    this.#session = session;
    this.#number = number;
  }

  start(socket: Socket): void {
    if (this.#server.script.isImplicitTls === true) this.#secure(socket, () => this.#say("greeting", ""));
    else {
      this.#listen(socket);
      this.#say("greeting", "");
    }
  }

  #listen(socket: Socket): void {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#chunks.push(chunk);
      const end = Buffer.concat([
        this.#bytes.subarray(-endOfContent.length),
        ...this.#chunks.slice(-endOfContent.length),
      ]);
      // A large content is put together once, not anew with each chunk.
      if (this.#isInContent && !end.includes(endOfContent)) return;
      this.#bytes = Buffer.concat([this.#bytes, ...this.#chunks.splice(0)]);
      this.#read();
    });
  }

  #secure(socket: Socket, then: () => void): void {
    socket.removeAllListeners("data");
    const { cert = "", key = "" } = this.#server.script.tls ?? {};
    const secured = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext({ cert, key }) });
    secured.on("error", () => undefined);
    secured.once("secure", () => {
      this.#session.isSecure = true;
      then();
    });
    this.#bytes = Buffer.alloc(0);
    this.#listen(secured);
  }

  #read(): void {
    while (!this.#isSilent) {
      const mark = this.#isInContent ? endOfContent : "\r\n";
      const end = this.#bytes.indexOf(mark);
      if (end < 0) return;
      const part = this.#bytes.subarray(0, end);
      this.#bytes = this.#bytes.subarray(end + mark.length);
      if (this.#isInContent) {
        this.#isInContent = false;
        this.#session.contents.push(Buffer.concat([part, Buffer.from("\r\n")]));
        this.#say("content", "");
      } else this.#obey(part.toString());
    }
  }

  #obey(line: string): void {
    this.#session.commands.push(line);
    const step = this.#isInExchange ? "AUTH" : (line.split(" ")[0]!.toUpperCase() as ScriptedStep);
    if (!(step in goodReplies)) {
      this.#write("502 5.5.1 unknown\r\n");
      return;
    }
    const reply = this.#say(step, line);
    this.#isInExchange = step === "AUTH" && reply?.startsWith("334") === true;
    if (step === "DATA" && reply?.startsWith("354")) this.#isInContent = true;
    if (step === "STARTTLS" && reply?.startsWith("220")) this.#secure(this.#socket, () => undefined);
    if (step === "QUIT") this.#socket.end();
  }

  /** Gives the scripted answer, or the good one; returns what was said. */
  #say(step: ScriptedStep, line: string): string | null {
    const answer = this.#server.script.answer?.(step, line, this.#number) ?? null;
    if (answer === "hang") this.#isSilent = true;
    else if (typeof answer === "object" && answer !== null) this.#misbehave(answer);
    else if (answer === "close") this.#socket.destroy();
    else {
      const reply = answer ?? (step === "EHLO" ? this.#ehlo() : goodReplies[step]);
      this.#write(`${reply}\r\n`);
      return reply;
    }
    return null;
  }

  #write(text: string): void {
    const left = (this.#server.script.cutAfterBytes ?? Number.POSITIVE_INFINITY) - this.#session.saidBytes;
    const said = text.slice(0, left);
    this.#session.saidBytes += said.length;
    if (said.length === text.length) this.#socket.write(said, "latin1");
    else this.#socket.end(said, "latin1");
  }

  #misbehave({ bytes, after }: ScriptedBytes): void {
    const socket = this.#socket;
    this.#isSilent = true;
    if (after === "trickle") {
      let next = 0;
      const timer = setInterval(() => this.#write(bytes[next++ % bytes.length]!), 50);
      socket.once("close", () => clearInterval(timer));
    } else if (after === "repeat") {
      const flood = bytes.repeat(Math.ceil(65_536 / bytes.length));
      const fill = () => {
        while (!socket.destroyed && !socket.writableNeedDrain) this.#write(flood);
      };
      socket.on("drain", fill);
      fill();
    } else {
      this.#write(bytes);
      if (after === "close") socket.end();
    }
  }

  #ehlo(): string {
    const keywords = this.#server.script.extensions ?? ["8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"];
    const lines = ["scripted", ...keywords];
    return lines.map((text, index) => `250${index === lines.length - 1 ? " " : "-"}${text}`).join("\r\n");
  }
}
