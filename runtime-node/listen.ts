/** Binding a port on IPv6 and IPv4. */
import type { Server } from "node:net";
import { DispatchError } from "../core/error/mod.ts";

/** Connections that may wait to be accepted. */
const backlog = 1024;

/**
 * Binds `server` to `port` on all addresses; on IPv4 alone where there is no IPv6.
 *
 * @param listener its name, for the error
 * @throws {DispatchError} `listener_unbindable`
 */
export async function listen(server: Server, port: number, listener: string): Promise<void> {
  try {
    await bind(server, port, "::");
  } catch (error) {
    if (!isWithoutIpv6(error)) throw unbindable(listener, port, error);
    await bind(server, port, "0.0.0.0").catch((second: unknown) => {
      throw unbindable(listener, port, second);
    });
  }
}

function bind(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(error);
    server.once("error", fail);
    server.listen({ port, host, backlog }, () => {
      server.off("error", fail);
      resolve();
    });
  });
}

function isWithoutIpv6(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "EAFNOSUPPORT" || code === "EADDRNOTAVAIL";
}

function unbindable(listener: string, port: number, error: unknown): DispatchError {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = reasons[code ?? ""] ?? message;
  return new DispatchError("listener_unbindable", { listener, port, reason }, { cause: error });
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "it is in use",
  EACCES: "this user may not bind it",
};
