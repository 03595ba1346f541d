/** Puts a database file that was deleted back in its place, from the connection that still has it open. */
import { closeSync, fsyncSync, linkSync, openSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { SqliteConnection } from "./sqlite_connection.ts";

/**
 * Writes all that `connection` holds into a new file at `path`, where no file is. What was committed is in it, also what
 * was committed since the file was deleted. On Windows nobody can delete a file that is open.
 *
 * @throws what the file system or SQLite throws; then there is no file at `path`, unless somebody else has put one there
 */
export function putBack(connection: SqliteConnection, path: string): void {
  const copy = `${path}-copy`;
  rmSync(copy, { force: true });
  // SQLite would let everybody read it; an empty file it takes for none.
  closeSync(openSync(copy, "wx", 0o600));
  try {
    connection.prepare("VACUUM INTO ?").run(copy);
    sync(copy);
    // What is left of the deleted file's log would be taken for the new one's.
    for (const suffix of ["-wal", "-shm"]) rmSync(path + suffix, { force: true });
    linkSync(copy, path);
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
