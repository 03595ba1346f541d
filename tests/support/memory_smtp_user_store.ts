/** A store of SMTP users in memory that obeys the contract. */
import type { SmtpUserChange, SmtpUserRecord, SmtpUserStore } from "../../core/access/smtp_user_store.ts";
import type { Use } from "../../core/access/use_tally.ts";

export class MemorySmtpUserStore implements SmtpUserStore {
  readonly rows = new Map<string, SmtpUserRecord>();

  async list(): Promise<SmtpUserRecord[]> {
    return [...this.rows.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async add(record: SmtpUserRecord): Promise<void> {
    this.rows.set(record.id, record);
  }

  async change(id: string, change: SmtpUserChange): Promise<void> {
    this.rows.set(id, { ...this.rows.get(id)!, ...change });
  }

  async remove(id: string): Promise<void> {
    this.rows.delete(id);
  }

  async addUses(uses: readonly Use[]): Promise<void> {
    for (const { id, uses: count, lastUsedAtMs } of uses) {
      const record = this.rows.get(id);
      if (record !== undefined) this.rows.set(id, { ...record, useCount: record.useCount + count, lastUsedAtMs });
    }
  }
}
