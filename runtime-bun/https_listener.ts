/**
 * The HTTPS listener under Bun.
 *
 * Bun's `https` server can't change its certificate, and `Bun.serve` does so only by losing connections. Its `tls` server
 * can, so that one decrypts and hands each socket to an `http` server that listens nowhere.
 */
import { createServer as createHttpServer, IncomingMessage } from "node:http";
import { createServer as createTlsServer } from "node:tls";
import type { HttpsListener, HttpsListenerOptions } from "../core/ingest/http_listener.ts";
import type { TlsPolicy } from "../core/tls/policy.ts";
import { httpServerOptions } from "../runtime-node/http_requests.ts";
import { openHttpsFront, type TerminationEvents, type TlsTermination } from "../runtime-node/https_front.ts";
import { secureContextOptions } from "../runtime-node/tls_context.ts";

/** Opens a listener with TLS. @throws {DispatchError} `listener_unbindable` */
export function openHttpsListener(options: HttpsListenerOptions): Promise<HttpsListener> {
  return openHttpsFront(options, createTermination);
}

/**
 * On a socket that was handed over, Bun reads on however full the request's buffer is: 200 MB went into memory at once.
 *
 * Nobody asks for more after the end of a body, so that is where reading goes on: the next request is waited for.
 */
class PacedIncomingMessage extends IncomingMessage {
  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    const wantsMore = super.push(chunk, encoding);
    if (chunk === null) this.socket.resume();
    else if (!wantsMore) this.socket.pause();
    return wantsMore;
  }
}

function createTermination(policy: TlsPolicy, events: TerminationEvents): TlsTermination {
  const http = createHttpServer({ ...httpServerOptions, IncomingMessage: PacedIncomingMessage }, events.onRequest);
  http.on("clientError", events.onClientError);
  const options = { ...secureContextOptions(policy), ALPNProtocols: [...policy.alpn] };
  const server = createTlsServer(options, (socket) => {
    events.onSecured(socket);
    http.emit("connection", socket);
  });
  server.on("tlsClientError", events.onHandshakeFailure);
  return {
    accept: (raw) => server.emit("connection", raw),
    swap: (next) => server.setSecureContext(secureContextOptions(next)),
  };
}
