/** One process at a time works on a data directory. */
import { join } from "node:path";
import { DispatchError } from "../core/error/mod.ts";
import { openSqlite } from "./sqlite_connection.ts";

/** Held until it is released, or until the process ends in whatever way. */
export interface DataLock {
  release(): void;
}

/**
 * Takes the lock of `dataDirectory`: an SQLite lock on the file `dispatch.lock`, since that is one that the system
 * itself lets go of when its process dies, on every platform and under both runtimes.
 *
 * @throws {DispatchError} `data_directory_in_use`
 */
export function lockDataDirectory(dataDirectory: string): DataLock {
  const connection = openSqlite(join(dataDirectory, "dispatch.lock"));
  try {
    connection.exec("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE");
  } catch (error) {
    connection.close();
    throw new DispatchError("data_directory_in_use", { path: dataDirectory }, { cause: error });
  }
  return { release: () => connection.close() };
}
