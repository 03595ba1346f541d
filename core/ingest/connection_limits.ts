/** How many connections there may be, in all and from one address. */
import { DispatchError } from "../error/mod.ts";

/** The limits, read anew for each connection. */
export interface ConnectionLimitSettings {
  /** In all; `listener.max_connections` for SMTP. */
  readonly max: number;
  /** From one address; `listener.max_connections_per_client` for SMTP. */
  readonly maxPerClient: number;
}

/** A connection that was counted. */
export interface EnteredConnection {
  /** Why it must be refused; `null` when it is admitted. */
  readonly refusal: DispatchError<"too_many_connections" | "too_many_connections_from_client"> | null;
  leave(): void;
}

/**
 * Counts open connections of all listeners of a protocol together.
 *
 * What was refused counts for its address alone until it is gone: else one client that keeps knocking would take the places
 * of all others.
 */
export class ConnectionLimits {
  readonly #settings: () => ConnectionLimitSettings;
  readonly #byAddress = new Map<string, number>();
  #open = 0;
  #admitted = 0;

  constructor(settings: () => ConnectionLimitSettings) {
    this.#settings = settings;
  }

  /** Connections that are open now, refused ones included until they are gone. */
  get open(): number {
    return this.#open;
  }

  /**
   * Counts a new connection; `leave` of what is returned must be called once, when it has closed.
   *
   * @param maxPerClient For an address with a limit of its own; default: the setting
   */
  enter(address: string, maxPerClient: number = this.#settings().maxPerClient): EnteredConnection {
    const fromClient = (this.#byAddress.get(address) ?? 0) + 1;
    this.#byAddress.set(address, fromClient);
    this.#open += 1;
    const refusal = this.#judge(address, fromClient, maxPerClient);
    if (refusal === null) this.#admitted += 1;
    return { refusal, leave: () => this.#leave(address, refusal === null) };
  }

  #judge(address: string, fromClient: number, maxPerClient: number): EnteredConnection["refusal"] {
    const { max } = this.#settings();
    if (this.#admitted >= max) return new DispatchError("too_many_connections", { limit: max });
    return fromClient > maxPerClient
      ? new DispatchError("too_many_connections_from_client", { address, limit: maxPerClient })
      : null;
  }

  #leave(address: string, wasAdmitted: boolean): void {
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, left);
    this.#open -= 1;
    if (wasAdmitted) this.#admitted -= 1;
  }
}
