/** Which connections an HTTP port takes: asked before a byte is read, so that nobody's connections leave none for others. */
import { type ConnectionLimitSettings, ConnectionLimits, type EnteredConnection } from "./connection_limits.ts";
import type { AdmitConnection } from "./http_listener.ts";

/** Why a connection is turned away. */
export type ConnectionRefusal = NonNullable<EnteredConnection["refusal"]>;

/** What {@link httpDoor} asks. */
export interface HttpDoorOptions {
  /** Of the clients that may use the port; read anew for each connection. */
  readonly limits: () => ConnectionLimitSettings;
  /** Whether the address may use the port at all. */
  readonly isAllowed: (address: string) => boolean;
  /** Whether many clients stand behind the address. */
  readonly isProxy: (address: string) => boolean;
  /** Whether the service itself connects from there. */
  readonly isOwn: (address: string, port: number) => boolean;
  readonly onRefused: (refusal: ConnectionRefusal, address: string, isStranger: boolean) => void;
}

/** Strangers get a refusal and nothing else, and few connections are enough for that. */
const maxPerStranger = 5;
const strangersShare = 10;

/**
 * Counts the connections of one app, over all of its ports.
 *
 * Addresses that may not use it have a tenth as many places in all, which are not taken from the others, and five each. A
 * trusted proxy is bounded with all, but not as one client.
 */
export function httpDoor({ limits, isAllowed, isProxy, isOwn, onRefused }: HttpDoorOptions): AdmitConnection {
  const clients = new ConnectionLimits(limits);
  const strangers = new ConnectionLimits(() => ({
    max: Math.ceil(limits().max / strangersShare),
    maxPerClient: maxPerStranger,
  }));
  return (address, port) => {
    if (isOwn(address, port)) return { refusal: null, leave: () => {} };
    const hasManyClients = isProxy(address);
    const isStranger = !hasManyClients && !isAllowed(address);
    const entered = isStranger
      ? strangers.enter(address)
      : clients.enter(address, hasManyClients ? limits().max : undefined);
    if (entered.refusal !== null) onRefused(entered.refusal, address, isStranger);
    return entered;
  };
}
