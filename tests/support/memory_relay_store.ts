/** A relay store in memory that obeys the contract. */
import type { RelayStore, StoredRelay } from "../../core/relay/relay_store.ts";

export class MemoryRelayStore implements RelayStore {
  readonly rows = new Map<string, StoredRelay>();

  async list(): Promise<StoredRelay[]> {
    return [...this.rows.values()];
  }

  async put(relay: StoredRelay): Promise<void> {
    if (relay.isDefault) {
      for (const other of this.rows.values()) this.rows.set(other.id, { ...other, isDefault: false });
    }
    this.rows.set(relay.id, relay);
  }

  async remove(id: string): Promise<void> {
    this.rows.delete(id);
  }
}
