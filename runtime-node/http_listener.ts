/** The HTTP listener of both runtimes, without TLS. */
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { HttpListener, HttpListenerOptions } from "../core/ingest/http_listener.ts";
import { HttpConnections } from "./http_connections.ts";
import { httpServerOptions, requestListener } from "./http_requests.ts";
import { listen } from "./listen.ts";

/** Opens a listener without TLS. @throws {DispatchError} `listener_unbindable` */
export async function openHttpListener(options: HttpListenerOptions): Promise<HttpListener> {
  const connections = new HttpConnections(options);
  const server = createServer(httpServerOptions, requestListener(options.handler, connections));
  server.on("connection", (socket) => void connections.add(socket, true));
  server.on("clientError", (error, socket) => connections.fail(socket as Socket, error));
  await listen(server, options.port, options.name);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    connections: () => connections.count,
    close(graceMs) {
      server.close();
      return connections.close(graceMs);
    },
  };
}
