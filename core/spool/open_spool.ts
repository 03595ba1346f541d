/** Opens `spool.db`: looks at it first, refuses what is not a spool, damaged, or from a newer version. */
import type { SqlConnection } from "../capabilities.ts";
import { DispatchError, isDispatchError } from "../error/mod.ts";
import { spoolApplicationId, spoolPragmas, spoolSchema, spoolSchemaVersion, spoolUpgrades } from "./schema.ts";

/** Files up to this size are read through at each start; beyond it that would take longer than a start may. */
const fullCheckBytes = 256 * 1024 * 1024;

/**
 * Reads what is at `path` (for messages) and refuses it unless it is a whole spool, or empty. Meant for a read-only
 * connection: one that may write changes a file in WAL mode even by closing it.
 *
 * @throws {DispatchError} `spool_damaged`, `database_foreign`, `database_newer`, `database_unusable`
 */
export function inspectSpoolFile(connection: SqlConnection, path: string): void {
  describingFailures(path, () => {
    if (isEmpty(connection)) return;
    checkIdentity(connection, path);
    checkIntegrity(connection, path);
  });
}

/**
 * Prepares `connection` to be used as the spool at `path` (for messages): makes its tables when it is empty, and brings
 * those of an earlier version up to date. What can't be a spool is refused here too, but a damaged one only by
 * {@link inspectSpoolFile}.
 *
 * @returns whether it was empty
 * @throws {DispatchError} `spool_damaged`, `database_foreign`, `database_newer`, `database_unusable`
 */
export function openSpoolFile(connection: SqlConnection, path: string): boolean {
  return describingFailures(path, () => {
    const isNew = isEmpty(connection);
    if (isNew) createSchema(connection);
    else checkIdentity(connection, path);
    connection.exec(spoolPragmas);
    upgradeSchema(connection);
    return isNew;
  });
}

/** Runs `work` and turns what SQLite throws into the product's own errors. */
export function describingFailures<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw isDispatchError(error) ? error : describeFailure(error, path);
  }
}

function isEmpty(connection: SqlConnection): boolean {
  return (
    connection.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.n === 0 &&
    pragma(connection, "application_id") === 0
  );
}

function createSchema(connection: SqlConnection): void {
  // Page size and journal mode can only be chosen while the file is empty and no transaction is open.
  connection.exec("PRAGMA page_size = 4096; PRAGMA journal_mode = WAL");
  connection.exec(
    `BEGIN IMMEDIATE; ${spoolSchema} PRAGMA application_id = ${spoolApplicationId}; PRAGMA user_version = ${spoolSchemaVersion}; COMMIT`,
  );
}

function upgradeSchema(connection: SqlConnection): void {
  for (let version = pragma(connection, "user_version"); version < spoolSchemaVersion; version++) {
    connection.exec(`BEGIN IMMEDIATE; ${spoolUpgrades[version]} PRAGMA user_version = ${version + 1}; COMMIT`);
  }
}

function checkIdentity(connection: SqlConnection, path: string): void {
  if (pragma(connection, "application_id") !== spoolApplicationId)
    throw new DispatchError("database_foreign", { path });
  const found = pragma(connection, "user_version");
  if (found > spoolSchemaVersion) throw new DispatchError("database_newer", { path, found, known: spoolSchemaVersion });
}

function checkIntegrity(connection: SqlConnection, path: string): void {
  if (pragma(connection, "page_count") * pragma(connection, "page_size") > fullCheckBytes) return;
  const verdict = connection.prepare("PRAGMA quick_check(1)").get()?.quick_check;
  if (verdict !== "ok") throw new DispatchError("spool_damaged", { path, reason: oneLine(String(verdict)) });
}

function describeFailure(error: unknown, path: string): DispatchError {
  const reason = oneLine(error instanceof Error ? error.message : String(error));
  if (/not a database/i.test(reason)) return new DispatchError("spool_damaged", { path, reason }, { cause: error });
  if (/malformed|corrupt/i.test(reason)) return new DispatchError("spool_damaged", { path, reason }, { cause: error });
  return new DispatchError("database_unusable", { path, reason }, { cause: error });
}

function pragma(connection: SqlConnection, name: string): number {
  return Number(connection.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
