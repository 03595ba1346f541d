/** The connections that the service makes to its own listeners, so that these can tell them from their clients. */
import { randomInt } from "node:crypto";
import type { Socket } from "node:net";

/** Ports for outgoing connections that no service is registered for (RFC 6335 section 6). */
const firstPort = 49152;
const lastPort = 65535;

const loopback = /^(?:::ffff:)?127\.|^::1$/i;

/** The local ports that connections are being made from: while a connection has its port, nobody else can have it. */
export class OwnProbes {
  readonly #ports = new Set<number>();

  /** Sets a random port aside until {@link release}. */
  reserve(): number {
    for (;;) {
      const port = randomInt(firstPort, lastPort + 1);
      if (this.#ports.has(port)) continue;
      this.#ports.add(port);
      return port;
    }
  }

  release(port: number): void {
    this.#ports.delete(port);
  }

  /** Whether an accepted connection is one of them. */
  includes({ remoteAddress = "", remotePort = 0 }: Pick<Socket, "remoteAddress" | "remotePort">): boolean {
    return this.#ports.has(remotePort) && loopback.test(remoteAddress);
  }
}
