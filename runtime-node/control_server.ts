/** Binds the control channel to its socket in the data directory. */
import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { DispatchError } from "../core/error/mod.ts";
import { controlSocketPath, type SocketAddress, socketAddress } from "./control_path.ts";
import { findListeningSocket } from "./control_probe.ts";

/** What the control channel is made of. */
export interface ControlServerOptions {
  /** Absolute path. */
  readonly dataDirectory: string;
  /** The application: `controlApp(…).fetch`. */
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

/** A bound control channel. */
export interface ControlServer {
  /** Takes no more requests, lets open ones finish for `graceMs`, then breaks them off; removes the socket. */
  close(graceMs: number): Promise<void>;
}

/**
 * Listens on `control.sock` (mode 0600) in the data directory; the socket of a service that died is replaced.
 *
 * The caller holds the lock of the data directory, so that no other service does the same at the same time.
 *
 * @throws {DispatchError} `data_directory_in_use` when a service listens there, `control_channel_unusable`
 */
export async function startControlServer({ dataDirectory, fetch }: ControlServerOptions): Promise<ControlServer> {
  const path = controlSocketPath(dataDirectory);
  await clearStaleSocket(dataDirectory, path);
  const address = socketAddress(dataDirectory, path);
  const server = createServer(getRequestListener(fetch, { overrideGlobalObjects: false }));
  try {
    await listenPrivately(server, address.path);
    chmodSync(path, 0o600);
  } catch (error) {
    server.close();
    address.release();
    throw describeFailure(dataDirectory, path, error);
  }
  return { close: (graceMs) => close(server, address, graceMs) };
}

/** The umask makes the socket private from its first moment on; the mode is set right after. */
async function listenPrivately(server: Server, path: string): Promise<void> {
  const umask = process.umask(0o077);
  try {
    const listening = new Promise<void>((resolve, reject) => {
      server.once("listening", resolve);
      server.once("error", reject);
    });
    server.listen({ path });
    await listening;
  } finally {
    process.umask(umask);
  }
}

/** Removes what a service that died left behind. */
async function clearStaleSocket(dataDirectory: string, path: string): Promise<void> {
  const address = await findListeningSocket(dataDirectory, path);
  address?.release();
  if (address !== null) throw new DispatchError("data_directory_in_use", { path: dataDirectory });
  rmSync(path, { force: true });
}

function describeFailure(dataDirectory: string, path: string, error: unknown): DispatchError {
  const reason = (error as NodeJS.ErrnoException).code ?? String(error);
  if (reason === "EADDRINUSE") return new DispatchError("data_directory_in_use", { path: dataDirectory });
  return new DispatchError("control_channel_unusable", { path, reason }, { cause: error });
}

/** The server removes its socket by the path that it was bound with, so the address is released last. */
async function close(server: Server, address: SocketAddress, graceMs: number): Promise<void> {
  const breakOff = setTimeout(() => server.closeAllConnections(), graceMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(breakOff);
  address.release();
}
