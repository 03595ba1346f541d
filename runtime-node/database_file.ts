/** Opens `dispatch.db`: makes it, or checks that it is ours and brings it up to date. */
import { open, stat } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { DispatchError } from "../core/error/mod.ts";
import { type DatabaseVerdict, inspectDatabase, migrateDatabase, schemaVersion } from "../drizzle/migrations.ts";
import { describeDatabaseError } from "./database_errors.ts";
import { openSqlite, type SqliteConnection } from "./sqlite_connection.ts";

/**
 * Settings of the connection. What has been committed survives a power failure: a setting was confirmed to its operator,
 * and the spool forgets its events once the log has them.
 */
const pragmas = `
PRAGMA busy_timeout = 5000;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA journal_size_limit = 67108864;
`;

/** How every SQLite file begins (https://sqlite.org/fileformat2.html section 1.3). */
const magic = "SQLite format 3\0";

/**
 * Opens the database at the absolute `path`; makes it, with mode 0600, when it is missing or has no content.
 *
 * @throws {DispatchError} `database_foreign`, `database_newer` (nothing was changed then), `database_unusable`
 */
export async function openDatabaseFile(path: string): Promise<SqliteConnection> {
  try {
    if (!(await ensureFile(path))) refuseUnlessKnown(await inspectFile(path), path);
    return connectDatabase(path);
  } catch (error) {
    throw describeDatabaseError(error, path);
  }
}

/** Connects to the database at `path`, which is known to be ours. @throws what SQLite throws */
export function connectDatabase(path: string): SqliteConnection {
  const connection = openSqlite(path);
  try {
    connection.exec(pragmas);
    migrateDatabase(connection);
  } catch (error) {
    connection.close();
    throw error;
  }
  return connection;
}

/**
 * Makes the file when it is missing, since SQLite would let everybody read it. Tells whether it is empty.
 *
 * @throws {DispatchError} `database_foreign` when it does not begin as SQLite's files do: one that is shorter than a page
 *   SQLite would take for empty, and overwrite
 */
async function ensureFile(path: string): Promise<boolean> {
  const file = await open(path, "a+", 0o600);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(magic.length), 0, magic.length, 0);
    if (bytesRead === 0) return true;
    if (buffer.toString("latin1") !== magic) throw new DispatchError("database_foreign", { path });
    return false;
  } finally {
    await file.close();
  }
}

async function inspectFile(path: string): Promise<DatabaseVerdict> {
  const url = pathToFileURL(path);
  // Even a read-only connection puts files beside a database in WAL mode, unless it takes the file for immutable; which
  // it must not while changes wait in the WAL.
  if (!(await exists(`${path}-wal`))) url.searchParams.set("immutable", "1");
  const connection = openSqlite(url, { readOnly: true });
  try {
    return inspectDatabase(connection);
  } finally {
    connection.close();
  }
}

function refuseUnlessKnown(verdict: DatabaseVerdict, path: string): void {
  if (verdict.kind === "foreign") throw new DispatchError("database_foreign", { path });
  if (verdict.kind !== "newer") return;
  throw new DispatchError("database_newer", { path, found: verdict.version, known: schemaVersion });
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
