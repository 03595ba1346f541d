/** The certificates that an operator put in service, in the `certificate` table. */
import { desc, inArray } from "drizzle-orm";
import type { CertificateRecordStore } from "../core/certificate/certificate_record.ts";
import type { DatabaseDriver } from "./driver.ts";
import { openOrm } from "./orm.ts";
import { withPlainErrors } from "./plain_errors.ts";
import { certificateTable } from "./table/certificate.ts";

/** The `certificate` table behind `driver`; the last one put in service comes first. */
export function openCertificateRecordStore(driver: DatabaseDriver): CertificateRecordStore {
  const orm = openOrm(driver);
  return withPlainErrors<CertificateRecordStore>({
    list: async () =>
      orm.select().from(certificateTable).orderBy(desc(certificateTable.installedAtMs), desc(certificateTable.id)),
    async put(record) {
      const { id, ...rest } = record;
      await orm
        .insert(certificateTable)
        .values({ id, ...rest })
        .onConflictDoUpdate({ target: certificateTable.id, set: rest });
    },
    async remove(ids) {
      await orm.delete(certificateTable).where(inArray(certificateTable.id, [...ids]));
    },
  });
}
