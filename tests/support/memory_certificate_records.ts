/** Records of certificates in memory that obey the contract. */
import type { CertificateRecord, CertificateRecordStore } from "../../core/certificate/certificate_record.ts";

export class MemoryCertificateRecords implements CertificateRecordStore {
  readonly rows = new Map<string, CertificateRecord>();

  async list(): Promise<CertificateRecord[]> {
    return [...this.rows.values()];
  }

  async put(record: CertificateRecord): Promise<void> {
    this.rows.set(record.id, record);
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.rows.delete(id);
  }
}
