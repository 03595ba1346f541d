/** A bare HTTP client over a socket: it can break off, dawdle and talk nonsense, which real ones do not on request. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls } from "node:tls";

/** How long to wait for what is expected to happen at once. */
const patienceMs = 5000;

/** An open connection and all that came over it. */
export class RawClient {
  readonly socket: Socket;
  readonly #closed: Promise<unknown>;
  #received = "";

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      this.#received += text;
    });
    // A reset is one of the ways in which a server ends a connection.
    socket.on("error", () => {});
    this.#closed = new Promise((resolve) => socket.once("close", resolve));
  }

  static async connect(port: number, isTls: boolean): Promise<RawClient> {
    const host = "127.0.0.1";
    const socket = isTls ? connectTls({ port, host, rejectUnauthorized: false }) : connect(port, host);
    const client = new RawClient(socket);
    await once(socket, isTls ? "secureConnect" : "connect");
    return client;
  }

  get received(): string {
    return this.#received;
  }

  send(text: string): void {
    this.socket.write(text, "latin1");
  }

  /** Waits until `pattern` has come in; returns everything so far. */
  async expect(pattern: RegExp): Promise<string> {
    const deadlineMs = Date.now() + patienceMs;
    while (!pattern.test(this.#received)) {
      if (Date.now() > deadlineMs) throw new Error(`Waited for ${pattern}; got ${JSON.stringify(this.#received)}`);
      await sleep(5);
    }
    return this.#received;
  }

  /** Resolves to whether the server closed the connection within `timeoutMs`. */
  async isClosedWithin(timeoutMs: number): Promise<boolean> {
    return Promise.race([this.#closed.then(() => true), sleep(timeoutMs, false)]);
  }

  /** Sends `chunk` over and over, up to `maxBytes`, while the server takes it; stops once nothing moved for `stallMs`. */
  async flood(maxBytes: number, stallMs: number, chunk: Buffer = Buffer.alloc(65_536, "a")): Promise<number> {
    let sent = 0;
    while (sent < maxBytes && !this.socket.destroyed) {
      sent += chunk.length;
      if (this.socket.write(chunk)) continue;
      const drained = await Promise.race([once(this.socket, "drain").then(() => true), sleep(stallMs, false)]);
      if (!drained) break;
    }
    return sent;
  }
}

/** Reads a request's body to its end; says how it ended. */
export async function readOutcome(request: Request): Promise<string> {
  try {
    let length = 0;
    for await (const chunk of request.body!) length += chunk.byteLength;
    return `whole ${length}`;
  } catch {
    return "broken";
  }
}
