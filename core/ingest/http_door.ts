/** Which connections an HTTP port takes: asked before a byte is read, so that nobody's connections leave none for others. */
import { ClientPlaces } from "./client_places.ts";
import type { ConnectionLimitSettings, EnteredConnection } from "./connection_limits.ts";
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

/** Counts the connections of one app, over all of its ports, by the rules of {@link ClientPlaces}. */
export function httpDoor({ limits, isAllowed, isProxy, isOwn, onRefused }: HttpDoorOptions): AdmitConnection {
  const places = new ClientPlaces(limits, isAllowed);
  return (address, port) => {
    if (isOwn(address, port)) return { refusal: null, leave: () => {} };
    const entered = places.enter(address, isProxy(address));
    if (entered.refusal !== null) onRefused(entered.refusal, address, entered.isStranger);
    return entered;
  };
}
