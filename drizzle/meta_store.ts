/** What Dispatch notes about its own database, by name. */
import { eq, sql } from "drizzle-orm";
import type { DatabaseDriver } from "./driver.ts";
import { openOrm } from "./orm.ts";
import { withPlainErrors } from "./plain_errors.ts";
import { metaTable } from "./table/meta.ts";

/** What Dispatch notes about its own database: the key check, for one. */
export interface MetaStore {
  /** The value noted under `name`, or `null`. */
  read(name: string): Promise<string | null>;
  write(name: string, value: string): Promise<void>;
}

/** The `meta` table behind `driver`. */
export function openMetaStore(driver: DatabaseDriver): MetaStore {
  const orm = openOrm(driver);
  return withPlainErrors<MetaStore>({
    async read(name) {
      const [row] = await orm.select().from(metaTable).where(eq(metaTable.name, name));
      return row?.value ?? null;
    },
    async write(name, value) {
      await orm
        .insert(metaTable)
        .values({ name, value })
        .onConflictDoUpdate({ target: metaTable.name, set: { value: sql`excluded.value` } });
    },
  });
}
