/** The settings in the `config` table. */
import { inArray, sql } from "drizzle-orm";
import type { ConfigStore } from "../core/config/config_store.ts";
import type { DatabaseDriver } from "./driver.ts";
import { openOrm } from "./orm.ts";
import { withPlainErrors } from "./plain_errors.ts";
import { configTable } from "./table/config.ts";

/** The `config` table behind `driver`. */
export function openConfigStore(driver: DatabaseDriver): ConfigStore {
  const orm = openOrm(driver);
  return withPlainErrors<ConfigStore>({
    readAll: async () => orm.select().from(configTable),
    async write(rows, removed) {
      const upserts = rows.map(({ key, json }) =>
        orm
          .insert(configTable)
          .values({ key, json, seeded: false })
          .onConflictDoUpdate({ target: configTable.key, set: { json: sql`excluded.value`, seeded: false } }),
      );
      await orm.batch([orm.delete(configTable).where(inArray(configTable.key, [...removed])), ...upserts]);
    },
    async seed(rows) {
      if (rows.length === 0) return;
      const values = rows.map(({ key, json }) => ({ key, json, seeded: true }));
      await orm.insert(configTable).values(values).onConflictDoNothing();
    },
  });
}
