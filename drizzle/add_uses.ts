/** Adds gathered uses to the rows of a table that counts them. */
import { eq, sql } from "drizzle-orm";
import { integer, type sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Use } from "../core/access/use_tally.ts";
import type { Orm } from "./orm.ts";

const countColumns = () => ({
  id: text("id").primaryKey(),
  lastUsedAtMs: integer("last_used_at_ms"),
  useCount: integer("use_count").notNull(),
});

/** A table that has these columns, and perhaps others. */
type CountingTable = ReturnType<typeof sqliteTable<string, ReturnType<typeof countColumns>>>;

/** Adds to the counts of many rows of `table` in one transaction; a row that is gone is passed over. */
export async function addUses(
  orm: Orm,
  table: { readonly $inferSelect: CountingTable["$inferSelect"] },
  uses: readonly Use[],
): Promise<void> {
  const counting = table as unknown as CountingTable;
  const [first, ...rest] = uses.map(({ id, uses: added, lastUsedAtMs }) =>
    orm
      .update(counting)
      .set({
        useCount: sql`${counting.useCount} + ${added}`,
        lastUsedAtMs: sql`max(coalesce(${counting.lastUsedAtMs}, 0), ${lastUsedAtMs})`,
      })
      .where(eq(counting.id, id)),
  );
  if (first !== undefined) await orm.batch([first, ...rest]);
}
