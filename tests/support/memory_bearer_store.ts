/** A store of bearer secrets in memory that obeys the contract. */
import type { BearerRecord, BearerStore } from "../../core/access/bearer_store.ts";
import type { Use } from "../../core/access/use_tally.ts";

export class MemoryBearerStore<Stored extends BearerRecord> implements BearerStore<Stored> {
  readonly rows = new Map<string, Stored>();

  async list(): Promise<Stored[]> {
    return [...this.rows.values()];
  }

  async add(record: Stored): Promise<void> {
    this.rows.set(record.id, record);
  }

  async revoke(id: string, atMs: number): Promise<boolean> {
    const record = this.rows.get(id);
    if (record === undefined || record.revokedAtMs !== null) return false;
    this.rows.set(id, { ...record, revokedAtMs: atMs });
    return true;
  }

  async addUses(uses: readonly Use[]): Promise<void> {
    for (const { id, uses: count, lastUsedAtMs } of uses) {
      const record = this.rows.get(id);
      if (record !== undefined) this.rows.set(id, { ...record, useCount: record.useCount + count, lastUsedAtMs });
    }
  }
}
