/** SQLite files by `node:sqlite`, the same on Node and on Bun. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { SqlConnection, SqlStatement, SqlValue } from "../core/capabilities.ts";

/** Prepared statements kept; the texts in use are few, but searches are put together from parts. */
const keptStatements = 200;

/** A connection that can also return rows as arrays, in which two columns may have the same name. */
export interface SqliteConnection extends SqlConnection {
  /** Whether a transaction has been begun and not ended yet. */
  readonly isInTransaction: boolean;
  /** All rows that `sql` returns, each as the values of its columns in order. */
  values(sql: string, parameters: readonly SqlValue[]): SqlValue[][];
}

/** How a file is opened. */
export interface OpenSqliteOptions {
  /** Refuses every change, and makes no file. Default `false`. */
  readonly readOnly?: boolean;
}

/**
 * Opens the SQLite file at `path`, an absolute path or a `file:` URL; makes it when it is missing. Nothing is read yet,
 * so that what is no database is found out by the first statement. Statements are prepared once and kept.
 *
 * @throws what `node:sqlite` throws: an `Error` with the code `ERR_SQLITE_ERROR` and SQLite's result code as `errcode`
 */
export function openSqlite(path: string | URL, { readOnly = false }: OpenSqliteOptions = {}): SqliteConnection {
  const database = new DatabaseSync(path, { readOnly });
  const statements = new StatementCache((sql) => database.prepare(sql));
  const arrayStatements = new StatementCache((sql) => {
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  });
  return {
    get isInTransaction() {
      return database.isTransaction;
    },
    exec: (sql) => database.exec(sql),
    prepare: (sql) => asSqlStatement(statements.get(sql)),
    values: (sql, parameters) => arrayStatements.get(sql).all(...parameters) as unknown as SqlValue[][],
    close: () => database.close(),
  };
}

function asSqlStatement(statement: StatementSync): SqlStatement {
  return {
    run(...parameters) {
      const { changes, lastInsertRowid } = statement.run(...parameters);
      return { changes: Number(changes), lastInsertRowid: Number(lastInsertRowid) };
    },
    get: (...parameters) => statement.get(...parameters) as Record<string, SqlValue> | undefined,
    all: (...parameters) => statement.all(...parameters) as Record<string, SqlValue>[],
  };
}

/** Prepared statements by their text; the one that was not asked for the longest makes room. */
class StatementCache {
  readonly #statements = new Map<string, StatementSync>();
  readonly #prepare: (sql: string) => StatementSync;

  constructor(prepare: (sql: string) => StatementSync) {
    this.#prepare = prepare;
  }

  get(sql: string): StatementSync {
    const statement = this.#statements.get(sql) ?? this.#prepare(sql);
    // A map iterates in the order of insertion: what is put in again is the youngest.
    this.#statements.delete(sql);
    this.#statements.set(sql, statement);
    if (this.#statements.size > keptStatements) {
      for (const oldest of this.#statements.keys()) {
        this.#statements.delete(oldest);
        break;
      }
    }
    return statement;
  }
}
