/** Puts a database file that was deleted back in its place, from the connection that still has it open. */
import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { SqliteConnection } from "./sqlite_connection.ts";

/**
 * Writes all that `connection` holds into a new file at `path`. On Windows nobody can delete a file that is open.
 *
 * @param replaces whether it takes the place of the file that is there; without it none may be there
 * @throws what the file system or SQLite throws; then nothing is changed
 */
export function putBack(connection: SqliteConnection, path: string, replaces = false): void {
  const copy = `${path}-copy`;
  rmSync(copy, { force: true });
  // SQLite would let everybody read it; an empty file it takes for none.
  closeSync(openSync(copy, "wx", 0o600));
  try {
    connection.prepare("VACUUM INTO ?").run(copy);
    sync(copy);
    // What is left of the deleted file's log would be taken for the new one's.
    for (const suffix of ["-wal", "-shm"]) rmSync(path + suffix, { force: true });
    if (replaces) renameSync(copy, path);
    else linkSync(copy, path);
    sync(dirname(path));
  } finally {
    rmSync(copy, { force: true });
  }
}

function sync(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
