/** Tells whether a service listens on a control socket. */
import { connect } from "node:net";
import { DispatchError } from "../core/error/mod.ts";
import { type SocketAddress, socketAddress } from "./control_path.ts";

/** No file; no directory; a file that nobody listens on, left by a service that died. */
const codesOfAbsence = new Set(["ENOENT", "ENOTDIR", "ECONNREFUSED"]);

/** Tells whether `error` says that nobody listens. */
export function meansAbsent(error: unknown): boolean {
  return codesOfAbsence.has((error as NodeJS.ErrnoException).code ?? "");
}

/**
 * Returns the address of the socket `path` in `dataDirectory` when a service listens on it, else `null`.
 *
 * @throws {DispatchError} `control_channel_unusable` when that can't be found out
 */
export async function findListeningSocket(dataDirectory: string, path: string): Promise<SocketAddress | null> {
  try {
    const address = socketAddress(dataDirectory, path);
    if (await isListening(address.path).catch(release(address))) return address;
    address.release();
    return null;
  } catch (error) {
    if (meansAbsent(error)) return null;
    if (error instanceof DispatchError) throw error;
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new DispatchError("control_channel_unusable", { path, reason }, { cause: error });
  }
}

function release(address: SocketAddress) {
  return (error: unknown): never => {
    address.release();
    throw error;
  };
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error) => (meansAbsent(error) ? resolve(false) : reject(error)));
  });
}
