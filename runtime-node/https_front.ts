/** The part of an HTTPS listener that both runtimes share: who connects, with what, and who is turned away. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { HttpsListener, HttpsListenerOptions } from "../core/ingest/http_listener.ts";
import type { TlsPolicy } from "../core/tls/policy.ts";
import { HttpConnections } from "./http_connections.ts";
import { requestListener } from "./http_requests.ts";
import { listen } from "./listen.ts";

/** What a termination reports. */
export interface TerminationEvents {
  readonly onSecured: (socket: TLSSocket) => void;
  readonly onHandshakeFailure: (error: NodeJS.ErrnoException, socket: TLSSocket) => void;
  readonly onRequest: (incoming: IncomingMessage, outgoing: ServerResponse) => void;
  /** The HTTP in a secured connection can't be understood. */
  readonly onClientError: (error: Error, socket: Socket) => void;
}

/** Makes encrypted connections of plain ones, and requests of what arrives over them. */
export interface TlsTermination {
  /** Takes over a connection; its first bytes are there to be read. */
  accept(raw: Socket): void;
  /** The next handshake shows another certificate. */
  swap(policy: TlsPolicy): void;
}

/** How a runtime terminates TLS. */
export type CreateTermination = (policy: TlsPolicy, events: TerminationEvents) => TlsTermination;

const httpsOnly = "This port speaks HTTPS. Use https:// in place of http://\n";
const httpsOnlyAnswer = `HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${httpsOnly.length}\r\nConnection: close\r\n\r\n${httpsOnly}`;

/** Opens a listener whose TLS is terminated by what `createTermination` makes. @throws {DispatchError} `listener_unbindable` */
export async function openHttpsFront(
  options: HttpsListenerOptions,
  createTermination: CreateTermination,
): Promise<HttpsListener> {
  const connections = new HttpConnections(options);
  let port = options.port;
  const report = (socket: Socket, reason: string) => {
    const clientAddress = connections.factsOf(socket)?.clientAddress ?? "";
    options.onHandshakeFailure({ clientAddress, port, reason });
  };
  const termination = createTermination(options.policy, {
    onSecured: (socket) => connections.replace(plainSocketOf(socket), socket),
    onHandshakeFailure: (error, socket) => report(plainSocketOf(socket), error.code ?? error.message),
    onRequest: requestListener(options.handler, connections),
    onClientError: (error, socket) => connections.fail(socket, error),
  });
  const server = createServer({ noDelay: true }, (socket) => {
    if (!connections.add(socket, false)) return;
    // A reset before or during the handshake; the connection is closed by it.
    socket.on("error", () => {});
    socket.once("data", (start) => {
      socket.pause();
      if (looksLikeHttp(start)) {
        report(socket, "plain_http");
        socket.end(httpsOnlyAnswer);
        socket.resume();
      } else {
        socket.unshift(start);
        termination.accept(socket);
      }
    });
  });
  await listen(server, port, options.name);
  port = (server.address() as AddressInfo).port;
  return {
    port,
    connections: () => connections.count,
    swap: (policy) => termination.swap(policy),
    close(graceMs) {
      server.close();
      return connections.close(graceMs);
    },
  };
}

/** A method's name starts a request; a handshake starts with 0x16 (RFC 8446 section 5.1). */
function looksLikeHttp(start: Buffer): boolean {
  return start[0]! >= 0x41 && start[0]! <= 0x5a;
}

/** The socket that a TLS socket was made over: `_parent` is what both runtimes call it, and nothing public leads there. */
function plainSocketOf(socket: TLSSocket): Socket {
  return (socket as TLSSocket & { readonly _parent: Socket })._parent;
}
