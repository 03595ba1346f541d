/** The records of purges, in the `purge_run` table. */
import { desc, lte, sql } from "drizzle-orm";
import type { PurgeRunStore } from "../core/retention/purge_run.ts";
import type { DatabaseDriver } from "./driver.ts";
import { openOrm } from "./orm.ts";
import { withPlainErrors } from "./plain_errors.ts";
import { purgeRunTable as table } from "./table/purge_run.ts";

/** The `purge_run` table behind `driver`. */
export function openPurgeRunStore(driver: DatabaseDriver): PurgeRunStore {
  const orm = openOrm(driver);
  return withPlainErrors<PurgeRunStore>({
    async list(limit) {
      const rows = await orm.select().from(table).orderBy(desc(table.seq)).limit(limit);
      return rows.map(({ seq: _, ...run }) => run);
    },
    async put(run) {
      const { id, ...rest } = run;
      await orm.insert(table).values(run).onConflictDoUpdate({ target: table.id, set: rest });
    },
    async keep(newest) {
      const last = sql`(SELECT seq FROM ${table} ORDER BY seq DESC LIMIT 1 OFFSET ${newest})`;
      await orm.delete(table).where(lte(table.seq, last));
    },
  });
}
