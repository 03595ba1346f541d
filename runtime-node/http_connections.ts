/** The open connections of one HTTP listener: how long each may take, what it is told when it fails, how all of them end. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { DispatchError } from "../core/error/mod.ts";
import { type HttpConnection, type HttpTimeouts, maxRequestHeaderBytes } from "../core/ingest/http_listener.ts";
import { problemOf } from "../core/ingest/problem.ts";

interface OpenConnection {
  readonly socket: Socket;
  readonly facts: HttpConnection;
  /** Requests that have no whole answer yet, newest last. */
  readonly exchanges: Set<Exchange>;
  deadline: NodeJS.Timeout | undefined;
  hasFailed: boolean;
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/**
 * The open connections of one listener.
 *
 * Deadlines are kept here and not by the runtimes' servers: those watch only the sockets that they accepted themselves.
 */
export class HttpConnections {
  readonly #timeouts: HttpTimeouts;
  readonly #open = new Map<Socket, OpenConnection>();
  #isClosing = false;
  #whenEmpty: () => void = () => {};

  constructor(timeouts: HttpTimeouts) {
    this.#timeouts = timeouts;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Takes care of a connection until it is closed or {@link replace}d. */
  add(socket: Socket): void {
    if (this.#isClosing) {
      socket.destroy();
      return;
    }
    const connection = {
      socket,
      facts: describe(socket),
      exchanges: new Set<Exchange>(),
      deadline: undefined,
      hasFailed: false,
    };
    this.#open.set(socket, connection);
    this.#setDeadline(connection, this.#timeouts.headersMs);
    socket.once("close", () => this.#remove(socket));
  }

  /** The encrypted connection over `raw` takes its place. */
  replace(raw: Socket, secured: Socket): void {
    this.#remove(raw, false);
    this.add(secured);
  }

  /** What is known about the connection; `null` once it is closed. */
  factsOf(socket: Socket): HttpConnection | null {
    return this.#open.get(socket)?.facts ?? null;
  }

  /** A request's headers have arrived. */
  begin(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const connection = this.#open.get(incoming.socket);
    if (connection === undefined) return;
    const exchange = { incoming, outgoing };
    connection.exchanges.add(exchange);
    if (this.#isClosing) outgoing.shouldKeepAlive = false;
    this.#setDeadline(connection, this.#timeouts.bodyMs);
    incoming.once("end", () => {
      // After an early answer the rest of the body is read too; by then the next request is waited for.
      if (connection.exchanges.has(exchange)) clearTimeout(connection.deadline);
    });
    outgoing.once("close", () => this.#end(connection, exchange));
  }

  /** Ends a connection on which something went wrong; the client is told, if it can still hear. */
  fail(socket: Socket, error: NodeJS.ErrnoException): void {
    const connection = this.#open.get(socket);
    if (connection === undefined) socket.destroy();
    else this.#refuse(connection, asDispatchError(error, connection));
  }

  /** Drops idle connections now, the others when they have their answers or after `graceMs`. Resolves when none is left. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    for (const { socket, exchanges } of [...this.#open.values()]) {
      if (exchanges.size === 0) socket.destroy();
      for (const { outgoing } of exchanges) outgoing.shouldKeepAlive = false;
    }
    const grace = setTimeout(() => this.#destroyAll(), graceMs);
    await new Promise<void>((resolve) => {
      const before = this.#whenEmpty;
      this.#whenEmpty = () => {
        before();
        resolve();
      };
      if (this.#open.size === 0) this.#whenEmpty();
    });
    clearTimeout(grace);
  }

  #destroyAll(): void {
    for (const { socket } of [...this.#open.values()]) socket.destroy();
  }

  #end(connection: OpenConnection, exchange: Exchange): void {
    connection.exchanges.delete(exchange);
    if (connection.exchanges.size > 0) return;
    if (this.#isClosing) connection.socket.destroySoon();
    else this.#setDeadline(connection, this.#timeouts.headersMs);
  }

  #remove(socket: Socket, isClosed = true): void {
    clearTimeout(this.#open.get(socket)?.deadline);
    this.#open.delete(socket);
    if (isClosed && this.#isClosing && this.#open.size === 0) this.#whenEmpty();
  }

  #setDeadline(connection: OpenConnection, delayMs: number): void {
    clearTimeout(connection.deadline);
    if (!this.#open.has(connection.socket)) return;
    connection.deadline = setTimeout(() => this.#expire(connection, delayMs), delayMs);
    connection.deadline.unref();
  }

  #expire(connection: OpenConnection, delayMs: number): void {
    // A client that is silent between two requests is told nothing: it would take that for the answer to its next one.
    if (connection.exchanges.size === 0) connection.socket.destroy();
    else this.#refuse(connection, new DispatchError("request_timeout", { seconds: Math.ceil(delayMs / 1000) }));
  }

  #refuse(connection: OpenConnection, error: DispatchError): void {
    const { socket, exchanges } = connection;
    // Bun reports some failures twice.
    if (connection.hasFailed) return;
    connection.hasFailed = true;
    const isAnswering = [...exchanges].some(({ outgoing }) => outgoing.headersSent);
    if (socket.writable && !isAnswering) socket.write(formatProblem(error));
    socket.destroySoon();
  }
}

function describe(socket: Socket): HttpConnection {
  const clientAddress = (socket.remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/i, "");
  if (!(socket instanceof TLSSocket)) return { clientAddress, tls: null };
  const cipher = socket.getCipher();
  return { clientAddress, tls: { version: socket.getProtocol() ?? "", cipher: cipher.standardName || cipher.name } };
}

/** What the HTTP parser's error means to the client. */
function asDispatchError({ code }: NodeJS.ErrnoException, { exchanges }: OpenConnection): DispatchError {
  if (code === "HPE_HEADER_OVERFLOW") {
    return new DispatchError("request_headers_too_large", { limitBytes: maxRequestHeaderBytes });
  }
  const isInBody = [...exchanges].some(({ incoming }) => !incoming.complete);
  if (!isInBody) return new DispatchError("request_malformed", {});
  if (code === "HPE_INVALID_EOF_STATE") return new DispatchError("body_incomplete", {});
  return new DispatchError("body_malformed", { reason: "its transfer coding is not well-formed" });
}

function formatProblem(error: DispatchError): string {
  const { document } = problemOf(error);
  const body = JSON.stringify(document);
  return [
    `HTTP/1.1 ${document.status} ${STATUS_CODES[document.status] ?? ""}`,
    "Content-Type: application/problem+json",
    `Content-Length: ${new TextEncoder().encode(body).length}`,
    "Connection: close",
    "",
    body,
  ].join("\r\n");
}
