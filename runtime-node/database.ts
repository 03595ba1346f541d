/** `dispatch.db` in this thread. */
import { type BigIntStats, existsSync, rmSync, statSync } from "node:fs";
import type { Logger } from "../core/capabilities.ts";
import { DispatchError, isDispatchError } from "../core/error/mod.ts";
import type { DatabaseDriver, SqlQuery, SqlResult } from "../drizzle/driver.ts";
import { describeDatabaseError } from "./database_errors.ts";
import { connectDatabase, openDatabaseFile } from "./database_file.ts";
import { putBack } from "./put_back.ts";
import type { SqliteConnection } from "./sqlite_connection.ts";
import { runBatch, runQuery } from "./sqlite_driver.ts";

/** Time that a file that is gone has to come back by itself, before it is put back. */
const absenceMs = 5000;

/** What a database may be given. */
export interface DatabaseOptions {
  /** Is told when a file that was deleted is put back. Default: nobody is. */
  readonly logger?: Pick<Logger, "error">;
  /** Milliseconds, of a clock that nobody sets. Default: the runtime's. */
  readonly nowMs?: () => number;
}

/**
 * Opens the database at the absolute `path`; makes it when it is missing.
 *
 * @throws {DispatchError} `database_foreign`, `database_newer` (nothing was changed then), `database_unusable`
 */
export async function openDatabase(path: string, options: DatabaseOptions = {}): Promise<Database> {
  return new Database(path, await openDatabaseFile(path), options);
}

/**
 * An open database. Its calls block the thread, for up to five seconds while another program holds the file locked; they
 * fail with `database_unusable` while the file is locked for longer, full, damaged, or no longer in its place.
 *
 * A file that was deleted is put back with all that was in it, by the first call that finds it gone for five seconds, or at
 * the end. Where another has taken its place that was somebody's decision, and is for the next start.
 */
export class Database implements DatabaseDriver {
  readonly #path: string;
  readonly #options: DatabaseOptions;
  #connection: SqliteConnection;
  #opened: BigIntStats;
  /** Files that were deleted, or moved away, and put back: they may return. */
  readonly #former: BigIntStats[] = [];
  /** What was told last of the file. */
  #told = "";
  /** Since when the file is known to be gone. */
  #goneSinceMs: number | null = null;

  constructor(path: string, connection: SqliteConnection, options: DatabaseOptions) {
    this.#path = path;
    this.#connection = connection;
    this.#options = options;
    this.#opened = statSync(path, { bigint: true });
  }

  async query(query: SqlQuery): Promise<SqlResult> {
    return this.#attempt(() => runQuery(this.#connection, query));
  }

  async batch(queries: readonly SqlQuery[]): Promise<SqlResult[]> {
    return this.#attempt(() => runBatch(this.#connection, queries));
  }

  /** Looks whether the file is in its place, and puts it back when it has been gone for too long. */
  attend(): void {
    try {
      this.#requireInPlace();
    } catch (error) {
      // While it is gone every call says so.
      if (!isDispatchError(error)) this.#tellOnce(`it can't be put back: ${reasonOf(error)}`);
    }
  }

  close(): void {
    try {
      if (!existsSync(this.#path)) {
        putBack(this.#connection, this.#path);
        this.#tell("it has been put back with all that was in it");
      }
    } catch (error) {
      this.#tell(`it can't be put back, and what was in it is lost: ${reasonOf(error)}`);
    }
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
    if (found === undefined) {
      this.#putBackInTime();
      return;
    }
    this.#goneSinceMs = null;
    if (isSame(found, this.#opened)) return;
    // It was away for longer than we have waited: all that is in it is in the one that was put back, and more.
    if (this.#former.some((former) => isSame(found, former) && found.birthtimeNs === former.birthtimeNs)) {
      this.#replaceConnection(true);
      return;
    }
    throw new DispatchError("database_unusable", { path: this.#path, reason: "another file has taken its place" });
  }

  #putBackInTime(): void {
    const { nowMs = () => performance.now() } = this.#options;
    this.#goneSinceMs ??= nowMs();
    if (nowMs() - this.#goneSinceMs < absenceMs) {
      throw new DispatchError("database_unusable", { path: this.#path, reason: "the file is gone" });
    }
    // Should it fail, the next attempt comes after another pause: it may take long.
    this.#goneSinceMs = null;
    this.#replaceConnection(false);
  }

  #replaceConnection(replaces: boolean): void {
    this.#connection = this.#reconnect(replaces);
    this.#former.push(this.#opened);
    this.#opened = statSync(this.#path, { bigint: true });
    this.#tell("it has been put back with all that was in it");
  }

  /** Each attempt may fail, for as long as the disk is full. */
  #tellOnce(what: string): void {
    if (this.#told !== what) this.#tell(what);
  }

  #tell(what: string): void {
    this.#told = what;
    const path = this.#path;
    this.#options.logger?.error("database.deleted", `The database ${path} was deleted; ${what}.`, { path });
  }

  /** The connection to the file that was put back; the old one stays open until there is a new one. */
  #reconnect(replaces: boolean): SqliteConnection {
    putBack(this.#connection, this.#path, replaces);
    try {
      const connection = connectDatabase(this.#path);
      this.#connection.close();
      return connection;
    } catch (error) {
      rmSync(this.#path);
      throw error;
    }
  }
}

/** While one of the two exists; later its number may be another's, who was born at another time. */
function isSame(one: BigIntStats, other: BigIntStats): boolean {
  return one.ino === other.ino && one.dev === other.dev;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
