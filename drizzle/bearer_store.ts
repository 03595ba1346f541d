/** The bearer secrets of one kind, in a table of their own. */
import { and, asc, eq, isNull } from "drizzle-orm";
import type { sqliteTable } from "drizzle-orm/sqlite-core";
import type { BearerRecord, BearerStore } from "../core/access/bearer_store.ts";
import { addUses } from "./add_uses.ts";
import type { DatabaseDriver } from "./driver.ts";
import { openOrm } from "./orm.ts";
import { withPlainErrors } from "./plain_errors.ts";
import type { bearerColumns } from "./table/bearer_columns.ts";

/** A table with the shared columns; what it has beside them is read and written along. */
type BearerTable = ReturnType<typeof sqliteTable<string, ReturnType<typeof bearerColumns>>>;

/** The secrets in `table`, whose rows are `Stored`. */
export function openBearerStore<Stored extends BearerRecord>(
  driver: DatabaseDriver,
  table: { readonly $inferSelect: Stored },
): BearerStore<Stored> {
  const orm = openOrm(driver);
  const secrets = table as unknown as BearerTable;
  return withPlainErrors<BearerStore<Stored>>({
    list: async () =>
      (await orm.select().from(secrets).orderBy(asc(secrets.createdAtMs), asc(secrets.id))) as unknown as Stored[],
    async add(record) {
      await orm.insert(secrets).values(record);
    },
    async revoke(id, atMs) {
      const revoked = await orm
        .update(secrets)
        .set({ revokedAtMs: atMs })
        .where(and(eq(secrets.id, id), isNull(secrets.revokedAtMs)))
        .returning({ id: secrets.id });
      return revoked.length > 0;
    },
    addUses: (uses) => addUses(orm, table, uses),
  });
}
