/** An API key store in memory that obeys the contract. */
import type { ApiKeyRecord, ApiKeyStore, ApiKeyUse } from "../../core/access/api_key_store.ts";

export class MemoryApiKeyStore implements ApiKeyStore {
  readonly rows = new Map<string, ApiKeyRecord>();

  async list(): Promise<ApiKeyRecord[]> {
    return [...this.rows.values()];
  }

  async add(record: ApiKeyRecord): Promise<void> {
    this.rows.set(record.id, record);
  }

  async revoke(id: string, atMs: number): Promise<boolean> {
    const record = this.rows.get(id);
    if (record === undefined || record.revokedAtMs !== null) return false;
    this.rows.set(id, { ...record, revokedAtMs: atMs });
    return true;
  }

  async addUses(uses: readonly ApiKeyUse[]): Promise<void> {
    for (const { id, uses: count, lastUsedAtMs } of uses) {
      const record = this.rows.get(id);
      if (record !== undefined) this.rows.set(id, { ...record, useCount: record.useCount + count, lastUsedAtMs });
    }
  }
}
