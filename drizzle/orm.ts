/** drizzle's query builder over a driver. */
import { drizzle, type SqliteRemoteDatabase } from "drizzle-orm/sqlite-proxy";
import type { DatabaseDriver, SqlResult } from "./driver.ts";

/** drizzle's query builder; its `transaction` must not be used, see {@link DatabaseDriver}. */
export type Orm = Omit<SqliteRemoteDatabase, "transaction">;

/** Returns the query builder whose statements `driver` carries. */
export function openOrm(driver: DatabaseDriver): Orm {
  return drizzle(
    async (sql, params, method) => mutable(await driver.query({ sql, params, method })),
    async (queries) => (await driver.batch(queries)).map(mutable),
  );
}

/** drizzle wants an array where `get` has found no row, and declares it as one that may be changed. */
function mutable({ rows }: SqlResult): { rows: unknown[] } {
  return { rows: rows as unknown[] };
}
