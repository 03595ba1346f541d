/** Carries drizzle's statements to an SQLite connection of this thread. */
import type { SqlQuery, SqlResult } from "../drizzle/driver.ts";
import type { SqliteConnection } from "./sqlite_connection.ts";

/** Runs one statement. */
export function runQuery(connection: SqliteConnection, { sql, params, method }: SqlQuery): SqlResult {
  if (method === "run") {
    connection.prepare(sql).run(...params);
    return { rows: [] };
  }
  const rows = connection.values(sql, params);
  return { rows: method === "get" ? rows[0] : rows };
}

/** Runs all of `queries` in one transaction, or none. */
export function runBatch(connection: SqliteConnection, queries: readonly SqlQuery[]): SqlResult[] {
  connection.exec("BEGIN IMMEDIATE");
  try {
    const results = queries.map((query) => runQuery(connection, query));
    connection.exec("COMMIT");
    return results;
  } finally {
    // After some failures, a full disk for one, SQLite has rolled back by itself.
    if (connection.isInTransaction) connection.exec("ROLLBACK");
  }
}
