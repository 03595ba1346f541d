/** A client that says exactly what a scenario wants said, byte for byte. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** See the file's first line. A reply is all its lines, joined with LF. */
export class SmtpClient {
  readonly socket: Socket;
  /** What the server said first; empty inside an upgraded connection. */
  greeting = "";
  #received = "";
  #hasEnded = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#received += chunk;
      this.#wake();
    });
    const end = () => {
      this.#hasEnded = true;
      this.#wake();
    };
    // A connection that breaks is what some scenarios are about; `reply` tells of it.
    socket.on("error", end).on("close", end);
  }

  /** Connects and reads the greeting. @param header what a proxy sends before the greeting comes */
  static async connect(port: number, header: Uint8Array | string = ""): Promise<SmtpClient> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.write(header);
    return SmtpClient.over(socket);
  }

  /** Reads the greeting over a connection of any kind. */
  static async over(socket: Socket): Promise<SmtpClient> {
    // Content and final dot are two writes; without this the second waits for the first one's acknowledgement.
    socket.setNoDelay(true);
    const client = new SmtpClient(socket);
    client.greeting = await client.reply();
    return client;
  }

  /** Connects and says EHLO. */
  static async greet(port: number): Promise<SmtpClient> {
    const client = await SmtpClient.connect(port);
    await client.command("EHLO client.example.org");
    return client;
  }

  /**
   * Upgrades with STARTTLS, whatever the certificate, and returns the client that goes on inside; this one is done.
   *
   * @param pipelined Sent in clear text together with the command, as an attacker would.
   */
  async startTls(pipelined = ""): Promise<SmtpClient> {
    this.socket.write(`STARTTLS\r\n${pipelined}`);
    await this.reply();
    this.socket.removeAllListeners();
    const encrypted = connectTls({ socket: this.socket, rejectUnauthorized: false });
    await once(encrypted, "secureConnect");
    return new SmtpClient(encrypted);
  }

  /** Waits for the next reply. @throws when the connection ends before it. */
  async reply(): Promise<string> {
    for (;;) {
      const whole = /^(?:\d{3}-.*\r\n)*\d{3}(?: .*)?\r\n/.exec(this.#received)?.[0];
      if (whole !== undefined) {
        this.#received = this.#received.slice(whole.length);
        return whole.trimEnd().replaceAll("\r\n", "\n");
      }
      if (this.#hasEnded) throw new Error(`the server closed the connection after ${JSON.stringify(this.#received)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Sends one line and waits for its reply. */
  command(line: string): Promise<string> {
    this.socket.write(`${line}\r\n`);
    return this.reply();
  }

  /** Sends bytes as they are, with backpressure. */
  async write(bytes: Uint8Array | string): Promise<void> {
    if (!this.socket.write(bytes)) await once(this.socket, "drain");
  }

  /** MAIL, RCPT for each, and DATA; returns the last reply, or the first that is no good. */
  async envelope(sender: string, recipients: readonly string[]): Promise<string> {
    const commands = [`MAIL FROM:<${sender}>`, ...recipients.map((address) => `RCPT TO:<${address}>`), "DATA"];
    let reply = "";
    for (const command of commands) {
      reply = await this.command(command);
      if (!/^[23]/.test(reply)) break;
    }
    return reply;
  }

  /** Sends a whole message; `content` has its lines ended with CRLF and its dots doubled already. */
  async send(sender: string, recipients: readonly string[], content: Uint8Array | string): Promise<string> {
    const reply = await this.envelope(sender, recipients);
    if (!reply.startsWith("354")) return reply;
    await this.write(content);
    return this.command(".");
  }

  /** Ends the connection without a word. */
  close(): void {
    this.socket.destroy();
  }
}
