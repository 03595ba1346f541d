/** A placeholder for each column of a table, to build an insertion once and fill it often. */
import { getTableColumns, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";

/** Placeholders by property name for all columns of `table` but those in `omitted`. */
export function placeholdersFor<T extends SQLiteTable>(table: T, omitted: readonly string[] = []): T["$inferInsert"] {
  const names = Object.keys(getTableColumns(table)).filter((name) => !omitted.includes(name));
  // drizzle takes a placeholder for any value, which its types only know for values written out one by one.
  return Object.fromEntries(names.map((name) => [name, sql.placeholder(name)])) as T["$inferInsert"];
}
