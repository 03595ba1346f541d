/** Places for connections, of those who may use a service and, apart from them, of those who may not. */
import { type ConnectionLimitSettings, ConnectionLimits, type EnteredConnection } from "./connection_limits.ts";

/** A connection that was counted. */
export interface PlacedConnection extends EnteredConnection {
  /** Whether its address may not use the service. */
  readonly isStranger: boolean;
}

/** Strangers get a refusal and nothing else, and few connections are enough for that. */
const maxPerStranger = 5;
const strangersShare = 10;

/**
 * Counts the connections of one service, over all of its ports.
 *
 * Addresses that may not use it have a tenth as many places in all, which are not taken from the others, and five each. A
 * trusted proxy is bounded with all, but not as one client.
 */
export class ClientPlaces {
  readonly #clients: ConnectionLimits;
  readonly #strangers: ConnectionLimits;
  readonly #isAllowed: (address: string) => boolean;

  /**
   * @param limits of the clients that may use the service; read anew for each connection
   * @param isAllowed whether the address may use it
   */
  constructor(limits: () => ConnectionLimitSettings, isAllowed: (address: string) => boolean) {
    this.#clients = new ConnectionLimits(limits);
    this.#strangers = new ConnectionLimits(() => ({
      max: Math.ceil(limits().max / strangersShare),
      maxPerClient: maxPerStranger,
    }));
    this.#isAllowed = isAllowed;
  }

  /** Connections that are open now, refused ones included until they are gone. */
  get open(): number {
    return this.#clients.open + this.#strangers.open;
  }

  /** Counts a new connection; see {@link ConnectionLimits.enter}. @param isProxy whether many clients stand behind the address */
  enter(address: string, isProxy: boolean): PlacedConnection {
    if (isProxy) return { ...this.#clients.enter(address, Number.POSITIVE_INFINITY), isStranger: false };
    const isStranger = !this.#isAllowed(address);
    return { ...(isStranger ? this.#strangers : this.#clients).enter(address), isStranger };
  }
}
