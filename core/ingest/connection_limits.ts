/** How many SMTP connections there may be, in all and from one address. */
import { DispatchError } from "../error/mod.ts";

/** The limits, read anew for each connection. */
export interface ConnectionLimitSettings {
  /** `listener.max_connections` */
  readonly max: number;
  /** `listener.max_connections_per_client` */
  readonly maxPerClient: number;
}

/** Counts open connections of all SMTP listeners together. */
export class ConnectionLimits {
  readonly #settings: () => ConnectionLimitSettings;
  readonly #byAddress = new Map<string, number>();
  #open = 0;

  constructor(settings: () => ConnectionLimitSettings) {
    this.#settings = settings;
  }

  /** Connections that are open now, refused ones included until they are gone. */
  get open(): number {
    return this.#open;
  }

  /**
   * Counts a new connection; `leave` must follow when it has closed, also after a refusal.
   *
   * @returns why it must be refused, or `null`
   */
  enter(address: string): DispatchError<"too_many_connections" | "too_many_connections_from_client"> | null {
    const { max, maxPerClient } = this.#settings();
    const fromClient = (this.#byAddress.get(address) ?? 0) + 1;
    this.#byAddress.set(address, fromClient);
    this.#open++;
    if (this.#open > max) return new DispatchError("too_many_connections", { limit: max });
    if (fromClient > maxPerClient) {
      return new DispatchError("too_many_connections_from_client", { address, limit: maxPerClient });
    }
    return null;
  }

  leave(address: string): void {
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, left);
    this.#open--;
  }
}
