/** The open connections of one HTTP listener: how long each may take, what it is told when it fails, how all of them end. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { DispatchError } from "../core/error/mod.ts";
import {
  type AdmitConnection,
  defaultHttpTimeouts,
  type HttpConnection,
  type HttpListenerOptions,
  type HttpTimeouts,
  maxRequestHeaderBytes,
} from "../core/ingest/http_listener.ts";
import { problemOf } from "../core/ingest/problem.ts";
import { TurnedAway } from "./turned_away.ts";

interface OpenConnection {
  readonly socket: Socket;
  readonly facts: HttpConnection;
  /** Requests that have no whole answer yet, newest last. */
  readonly exchanges: Set<Exchange>;
  /** Called once it is gone. */
  readonly leave: () => void;
  deadline: NodeJS.Timeout | undefined;
  hasFailed: boolean;
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/**
 * Requests of one client that may be on their way at a time, and bytes of earlier answers that it may not have read when it
 * asks again. Node stops reading requests by itself then; what decrypts for Bun does not.
 */
const maxUnanswered = 100;
const maxUnreadBytes = 1024 * 1024;

const admitAll: AdmitConnection = () => ({ refusal: null, leave: () => {} });

/**
 * The open connections of one listener.
 *
 * Deadlines are kept here and not by the runtimes' servers: those watch only the sockets that they accepted themselves.
 */
export class HttpConnections {
  readonly #timeouts: HttpTimeouts;
  readonly #admit: AdmitConnection;
  readonly #turnedAway = new TurnedAway();
  readonly #open = new Map<Socket, OpenConnection>();
  #isClosing = false;
  #whenEmpty: () => void = () => {};

  constructor({ timeouts = defaultHttpTimeouts, admit = admitAll }: Pick<HttpListenerOptions, "timeouts" | "admit">) {
    this.#timeouts = timeouts;
    this.#admit = admit;
  }

  get count(): number {
    return this.#open.size;
  }

  /**
   * Takes care of a connection until it is closed or {@link replace}d, unless it is one too many.
   *
   * @param isInClear Whether the client could read an answer at once
   * @returns Whether it is taken care of; otherwise nothing else may be done with it
   */
  add(socket: Socket, isInClear: boolean): boolean {
    if (this.#isClosing) {
      socket.destroy();
      return false;
    }
    const { refusal, leave } = this.#admit(addressOf(socket), socket.remotePort ?? 0);
    if (refusal === null) this.#hold(socket, leave);
    else {
      socket.once("close", leave);
      this.#turnedAway.add(socket, isInClear ? formatProblem(refusal) : null);
    }
    return refusal === null;
  }

  /** The encrypted connection over `raw` takes its place. */
  replace(raw: Socket, secured: Socket): void {
    const leave = this.#open.get(raw)?.leave;
    this.#release(raw);
    if (leave === undefined) secured.destroy();
    else this.#hold(secured, leave);
  }

  /** What is known about the connection; `null` once it is closed. */
  factsOf(socket: Socket): HttpConnection | null {
    return this.#open.get(socket)?.facts ?? null;
  }

  /** A request's headers have arrived. Returns whether to answer it: who is turned away may still have sent one. */
  begin(incoming: IncomingMessage, outgoing: ServerResponse): boolean {
    const connection = this.#open.get(incoming.socket);
    if (connection === undefined) return false;
    if (asksForMoreThanItReads(connection)) {
      connection.socket.destroy();
      return false;
    }
    const exchange = { incoming, outgoing };
    connection.exchanges.add(exchange);
    if (this.#isClosing) outgoing.shouldKeepAlive = false;
    this.#setDeadline(connection, this.#timeouts.bodyMs);
    incoming.once("end", () => {
      // After an early answer the rest of the body is read too; by then the next request is waited for.
      if (connection.exchanges.has(exchange)) this.#setDeadline(connection, this.#timeouts.bodyMs);
    });
    outgoing.once("close", () => this.#end(connection, exchange));
    return true;
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
    this.#turnedAway.destroyAll();
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

  #hold(socket: Socket, leave: () => void): void {
    const exchanges = new Set<Exchange>();
    const connection = { socket, facts: describe(socket), exchanges, leave, deadline: undefined, hasFailed: false };
    this.#open.set(socket, connection);
    this.#setDeadline(connection, this.#timeouts.headersMs);
    socket.once("close", () => {
      if (!this.#release(socket)) return;
      leave();
      if (this.#isClosing && this.#open.size === 0) this.#whenEmpty();
    });
  }

  /** Returns whether the connection was held. */
  #release(socket: Socket): boolean {
    clearTimeout(this.#open.get(socket)?.deadline);
    return this.#open.delete(socket);
  }

  #setDeadline(connection: OpenConnection, delayMs: number): void {
    clearTimeout(connection.deadline);
    if (!this.#open.has(connection.socket)) return;
    connection.deadline = setTimeout(() => this.#expire(connection, delayMs), delayMs);
    connection.deadline.unref();
  }

  #expire(connection: OpenConnection, delayMs: number): void {
    const { socket, exchanges, hasFailed } = connection;
    const isArriving = [...exchanges].some(({ incoming }) => !incoming.complete);
    // A client that is silent between two requests is told nothing: it would take that for the answer to its next one.
    if (exchanges.size === 0 || hasFailed) socket.destroy();
    else if (isArriving) {
      this.#refuse(connection, new DispatchError("request_timeout", { seconds: Math.ceil(delayMs / 1000) }));
    } else if (socket.writableLength > 0) socket.destroy();
    // A handler that still works takes its time.
    else this.#setDeadline(connection, delayMs);
  }

  #refuse(connection: OpenConnection, error: DispatchError): void {
    const { socket, exchanges } = connection;
    // Bun reports some failures twice.
    if (connection.hasFailed) return;
    connection.hasFailed = true;
    const isAnswering = [...exchanges].some(({ outgoing }) => outgoing.headersSent);
    if (socket.writable && !isAnswering) socket.write(formatProblem(error));
    socket.destroySoon();
    // That waits until all is read, which may be never.
    this.#setDeadline(connection, this.#timeouts.headersMs);
  }
}

function asksForMoreThanItReads({ socket, exchanges }: OpenConnection): boolean {
  return exchanges.size >= maxUnanswered || socket.writableLength > maxUnreadBytes;
}

function addressOf({ remoteAddress = "" }: Socket): string {
  return remoteAddress.replace(/^::ffff:(?=\d+\.)/i, "");
}

function describe(socket: Socket): HttpConnection {
  const clientAddress = addressOf(socket);
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
  const { document, headers } = problemOf(error);
  const body = JSON.stringify(document);
  return [
    `HTTP/1.1 ${document.status} ${STATUS_CODES[document.status] ?? ""}`,
    "Content-Type: application/problem+json",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${new TextEncoder().encode(body).length}`,
    "Connection: close",
    "",
    body,
  ].join("\r\n");
}
