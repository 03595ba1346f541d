/** From a server's requests to the app's: the part that all HTTP listeners of both runtimes share. */
import type { IncomingMessage, ServerOptions, ServerResponse } from "node:http";
import { getRequestListener, RequestError } from "@hono/node-server";
import { DispatchError } from "../core/error/mod.ts";
import { type HttpHandler, maxRequestHeaderBytes } from "../core/ingest/http_listener.ts";
import { problemResponse } from "../web/problem_response.ts";
import type { HttpConnections } from "./http_connections.ts";

/** How a server is made. Its own timeouts are off: {@link HttpConnections} keeps the deadlines. */
export const httpServerOptions: ServerOptions = {
  maxHeaderSize: maxRequestHeaderBytes,
  headersTimeout: 0,
  requestTimeout: 0,
  keepAliveTimeout: 0,
};

/** What a server calls with each request. */
export type RequestListener = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

/** Hands each request to `handler`, with what is known about its connection. */
export function requestListener(handler: HttpHandler, connections: HttpConnections): RequestListener {
  const listener = getRequestListener(
    (request, bindings) => {
      const incoming = bindings.incoming as IncomingMessage;
      const facts = connections.factsOf(incoming.socket);
      Object.defineProperty(request, "body", {
        value: request.method === "GET" || request.method === "HEAD" ? null : bodyOf(incoming),
      });
      return facts === null ? problemResponse(new DispatchError("body_incomplete", {})) : handler(request, facts);
    },
    {
      overrideGlobalObjects: false,
      errorHandler: (error) =>
        problemResponse(error instanceof RequestError ? new DispatchError("request_malformed", {}) : error),
    },
  );
  return (incoming, outgoing) => {
    if (connections.begin(incoming, outgoing)) void listener(incoming, outgoing);
  };
}

/**
 * The body as a stream that reads nothing ahead.
 *
 * The library's own has a queue in each of three layers: 1.5 MB a connection under Bun, whose chunks have up to 512 KiB.
 */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let chunks: AsyncIterator<Uint8Array> | undefined;
  return new ReadableStream(
    {
      async pull(controller) {
        // Destroying the request would take the connection, and the answer, with it.
        chunks ??= incoming.iterator({ destroyOnReturn: false });
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
}
