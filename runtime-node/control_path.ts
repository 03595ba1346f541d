/** Where the control socket of a data directory is, and the path by which it can be bound or reached. */
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { DispatchError } from "../core/error/mod.ts";

const socketName = "control.sock";

/** A socket's address holds 108 bytes on Linux, 104 elsewhere, its final zero included. */
const longestPathBytes = 100;

/** Path of the control socket, for messages and for the file system. */
export function controlSocketPath(dataDirectory: string): string {
  return join(dataDirectory, socketName);
}

/** A path that fits into a socket's address; `release` ends its validity. */
export interface SocketAddress {
  readonly path: string;
  release(): void;
}

/**
 * Returns an address for the file `path` in `dataDirectory`: the path itself, or, where that is too long, a path through the
 * directory's open descriptor (Linux).
 *
 * @throws {DispatchError} `control_channel_unusable` where there is no way
 */
export function socketAddress(dataDirectory: string, path: string): SocketAddress {
  if (process.platform === "win32") throw unusable(path, "Unix sockets are not supported on Windows");
  if (Buffer.byteLength(path) <= longestPathBytes) return { path, release: () => {} };
  if (process.platform !== "linux") throw unusable(path, `its path is longer than ${longestPathBytes} bytes`);
  const descriptor = openSync(dataDirectory, "r");
  return {
    path: join(`/proc/self/fd/${descriptor}`, path.slice(dataDirectory.length)),
    release: () => closeSync(descriptor),
  };
}

function unusable(path: string, reason: string): DispatchError {
  return new DispatchError("control_channel_unusable", { path, reason });
}
