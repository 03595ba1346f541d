/** What carries statements to the database, wherever it is: in this thread, or in its own. */
import type { SqlValue } from "../core/capabilities.ts";

/** Which rows a statement returns: none, the first (an array of its columns), or all of them. */
export type SqlMethod = "run" | "get" | "all" | "values";

/** One statement with its positional parameters. */
export interface SqlQuery {
  readonly sql: string;
  readonly params: readonly SqlValue[];
  readonly method: SqlMethod;
}

/** What a statement returned: for `get` the columns of one row (none: no row), else rows as arrays of columns. */
export interface SqlResult {
  readonly rows: readonly unknown[] | undefined;
}

/**
 * Carries statements to the database.
 *
 * Transactions exist only as batches: calls of several parts of Dispatch share one connection, so that one left open
 * between two calls would take in what others do.
 */
export interface DatabaseDriver {
  query(query: SqlQuery): Promise<SqlResult>;
  /** Runs all of `queries` in one transaction, or none. */
  batch(queries: readonly SqlQuery[]): Promise<SqlResult[]>;
}
