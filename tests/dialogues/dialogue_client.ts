/** The client's side of a dialogue: it says what the text says, byte for byte, and keeps a transcript. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type Dialogue, type Step, writeEscapes } from "./parse_dialogue.ts";

/** How long a reply may take; long, because the machine may be busy, and nobody waits for it unless something is wrong. */
const patienceMs = 20_000;

const wholeReply = /^(?:\d{3}-[^\r\n]*\r\n)*\d{3}(?: [^\r\n]*)?\r\n/;

/** A client; text is one character a byte. */
export class DialogueClient {
  /** What was sent and received so far, a line each. */
  readonly transcript: string[] = [];
  /** All that the server has sent. */
  received = "";
  readonly #cut: number;
  #socket: Socket;
  #unread = "";
  #hasEnded = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket, cut: number) {
    this.#cut = cut;
    this.#socket = this.#attach(socket);
  }

  static async connect(port: number, cut = 0): Promise<DialogueClient> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.setNoDelay(true);
    return new DialogueClient(socket, cut);
  }

  /** Does the steps in their order, and ends the session. @throws with the line that was not met, and the transcript */
  async play({ steps }: Dialogue): Promise<void> {
    for (const step of steps) {
      try {
        await this.#do(step);
      } catch (error) {
        throw new Error(`line ${step.line}: ${(error as Error).message}\n${this.transcript.join("\n")}`);
      }
    }
    const last = steps.at(-1);
    if (last === undefined || last.kind === "close" || last.kind === "closed") return;
    await this.play({ settings: {}, spool: null, steps: quitAfter(last.line) });
  }

  /** Hangs up. */
  close(): void {
    this.#socket.destroy();
  }

  async #do(step: Step): Promise<void> {
    if (step.kind === "send") return this.#send(step.bytes);
    if (step.kind === "tls") return this.#secure();
    if (step.kind === "close") return this.close();
    if (step.kind === "closed") return this.#expectEnd();
    if (step.isMet(await this.#reply(step.expected))) return;
    throw new Error(`expected ${step.expected}\nwhat came is the last of this:`);
  }

  async #send(bytes: string): Promise<void> {
    this.transcript.push(`C> ${writeEscapes(bytes)}`);
    const size = this.#cut || bytes.length;
    for (let at = 0; at < bytes.length; at += size) {
      const isFlushed = new Promise<void>((resolve) => {
        // A server that hangs up in the middle is what some dialogues are about.
        this.#socket.write(Buffer.from(bytes.slice(at, at + size), "latin1"), () => resolve());
      });
      await isFlushed;
    }
  }

  async #secure(): Promise<void> {
    if (this.#unread !== "") throw new Error(`before the handshake came ${writeEscapes(this.#unread)}`);
    this.#socket.removeAllListeners();
    const encrypted = connectTls({ socket: this.#socket, rejectUnauthorized: false });
    await once(encrypted, "secureConnect");
    this.#socket = this.#attach(encrypted);
    this.transcript.push("TLS");
  }

  async #reply(expected: string): Promise<string> {
    for (;;) {
      const whole = wholeReply.exec(this.#unread)?.[0];
      if (whole !== undefined) {
        this.#unread = this.#unread.slice(whole.length);
        this.transcript.push(
          ...whole
            .trimEnd()
            .split("\r\n")
            .map((line) => `S: ${writeEscapes(line)}`),
        );
        return whole.slice(0, -2).replaceAll("\r\n", "\n");
      }
      if (this.#hasEnded) throw new Error(`expected ${expected}\nthe server hung up after this:`);
      await this.#more(expected);
    }
  }

  async #expectEnd(): Promise<void> {
    while (!this.#hasEnded) await this.#more("CLOSED");
    if (this.#unread !== "") throw new Error(`before the end came ${writeEscapes(this.#unread)}`);
  }

  #more(expected: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const rest = () => (this.#unread === "" ? "nothing" : writeEscapes(this.#unread));
      const giveUp = () =>
        reject(new Error(`expected ${expected}\nfor ${patienceMs} ms there came ${rest()} after this:`));
      const timer = setTimeout(giveUp, patienceMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #attach(socket: Socket): Socket {
    socket.on("data", (chunk: Buffer) => {
      this.received += chunk.toString("latin1");
      this.#unread += chunk.toString("latin1");
      this.#wake();
    });
    const end = () => {
      this.#hasEnded = true;
      this.#wake();
    };
    // A connection that breaks has ended; whether it should have, the next step tells.
    return socket.on("end", end).on("error", end).on("close", end);
  }
}

function quitAfter(line: number): Step[] {
  const isMet = (reply: string) => /^221 2\.0\.0 /.test(reply);
  return [
    { line, kind: "send", bytes: "QUIT\r\n" },
    { line, kind: "reply", expected: "nothing more, and the answer to QUIT", isMet },
    { line, kind: "closed" },
  ];
}
