/** `dispatch.db` in this thread. */
import { type BigIntStats, statSync } from "node:fs";
import { DispatchError } from "../core/error/mod.ts";
import type { DatabaseDriver, SqlQuery, SqlResult } from "../drizzle/driver.ts";
import { describeDatabaseError } from "./database_errors.ts";
import { openDatabaseFile } from "./database_file.ts";
import type { SqliteConnection } from "./sqlite_connection.ts";
import { runBatch, runQuery } from "./sqlite_driver.ts";

/**
 * Opens the database at the absolute `path`; makes it when it is missing.
 *
 * @throws {DispatchError} `database_foreign`, `database_newer` (nothing was changed then), `database_unusable`
 */
export async function openDatabase(path: string): Promise<Database> {
  return new Database(path, await openDatabaseFile(path));
}

/**
 * An open database. Its calls block the thread, for up to five seconds while another program holds the file locked; they
 * fail with `database_unusable` while the file is locked for longer, full, damaged, or no longer in its place.
 */
export class Database implements DatabaseDriver {
  readonly #path: string;
  readonly #connection: SqliteConnection;
  readonly #opened: BigIntStats;

  constructor(path: string, connection: SqliteConnection) {
    this.#path = path;
    this.#connection = connection;
    this.#opened = statSync(path, { bigint: true });
  }

  async query(query: SqlQuery): Promise<SqlResult> {
    return this.#attempt(() => runQuery(this.#connection, query));
  }

  async batch(queries: readonly SqlQuery[]): Promise<SqlResult[]> {
    return this.#attempt(() => runBatch(this.#connection, queries));
  }

  close(): void {
    this.#connection.close();
  }

  #attempt<T>(act: () => T): T {
    try {
      this.#requireInPlace();
      return act();
    } catch (error) {
      throw describeDatabaseError(error, this.#path);
    }
  }

  /** A file that was removed or replaced still takes rows from those who have it open, and nobody will ever see them. */
  #requireInPlace(): void {
    const found = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
    if (found !== undefined && found.ino === this.#opened.ino && found.dev === this.#opened.dev) return;
    const reason = found === undefined ? "the file is gone" : "another file has taken its place";
    throw new DispatchError("database_unusable", { path: this.#path, reason });
  }
}
