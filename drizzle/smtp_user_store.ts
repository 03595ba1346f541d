/** The users of SMTP in the `smtp_user` table. */
import { asc, eq } from "drizzle-orm";
import type { SmtpUserStore } from "../core/access/smtp_user_store.ts";
import { addUses } from "./add_uses.ts";
import type { DatabaseDriver } from "./driver.ts";
import { openOrm } from "./orm.ts";
import { withPlainErrors } from "./plain_errors.ts";
import { smtpUserTable } from "./table/smtp_user.ts";

/** The `smtp_user` table behind `driver`. */
export function openSmtpUserStore(driver: DatabaseDriver): SmtpUserStore {
  const orm = openOrm(driver);
  return withPlainErrors<SmtpUserStore>({
    list: async () => orm.select().from(smtpUserTable).orderBy(asc(smtpUserTable.name)),
    async add(record) {
      await orm.insert(smtpUserTable).values(record);
    },
    async change(id, change) {
      await orm.update(smtpUserTable).set(change).where(eq(smtpUserTable.id, id));
    },
    async remove(id) {
      await orm.delete(smtpUserTable).where(eq(smtpUserTable.id, id));
    },
    addUses: (uses) => addUses(orm, smtpUserTable, uses),
  });
}
