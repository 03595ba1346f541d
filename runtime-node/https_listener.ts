/** The HTTPS listener under Node. */
import { createServer } from "node:https";
import type { HttpsListener, HttpsListenerOptions } from "../core/ingest/http_listener.ts";
import type { TlsPolicy } from "../core/tls/policy.ts";
import { httpServerOptions } from "./http_requests.ts";
import { openHttpsFront, type TerminationEvents, type TlsTermination } from "./https_front.ts";
import { secureContextOptions } from "./tls_context.ts";

/** Opens a listener with TLS. @throws {DispatchError} `listener_unbindable` */
export function openHttpsListener(options: HttpsListenerOptions): Promise<HttpsListener> {
  return openHttpsFront(options, createTermination);
}

function createTermination(policy: TlsPolicy, events: TerminationEvents): TlsTermination {
  const options = { ...httpServerOptions, ...secureContextOptions(policy), ALPNProtocols: [...policy.alpn] };
  const server = createServer(options, events.onRequest);
  server.on("secureConnection", events.onSecured);
  server.on("tlsClientError", events.onHandshakeFailure);
  server.on("clientError", events.onClientError);
  return {
    accept: (raw) => server.emit("connection", raw),
    swap: (next) => server.setSecureContext(secureContextOptions(next)),
  };
}
