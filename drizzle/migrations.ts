/** The schema of `dispatch.db` through time, and how a file is brought up to date. */
import type { SqlConnection } from "../core/capabilities.ts";
import { firstTables } from "./migration/0001_first_tables.ts";
import { certificatesAndSessions } from "./migration/0002_certificates_and_sessions.ts";
import { usersTokensAndAudit } from "./migration/0003_users_tokens_and_audit.ts";
import { routing } from "./migration/0004_routing.ts";
import { logSearch } from "./migration/0005_log_search.ts";
import { countersAndPurges } from "./migration/0006_counters_and_purges.ts";

/** `PRAGMA application_id` of the database: the letters `DSPC`. */
export const databaseApplicationId = 0x44535043;

/** The SQL of each migration; the one at index `n` leads to schema version `n + 1`. Never changed once released. */
const migrations: readonly string[] = [
  firstTables,
  certificatesAndSessions,
  usersTokensAndAudit,
  routing,
  logSearch,
  countersAndPurges,
];

/** The schema version that this code reads and writes. */
export const schemaVersion = migrations.length;

/** What a file turned out to be: without tables, ours, somebody else's, or ours from a newer Dispatch. */
export type DatabaseVerdict =
  | { readonly kind: "empty" | "foreign" }
  | { readonly kind: "known"; readonly version: number }
  | { readonly kind: "newer"; readonly version: number };

/** Tells what the open file is; only reads. @throws what the connection throws when it is no database at all */
export function inspectDatabase(connection: SqlConnection): DatabaseVerdict {
  const applicationId = pragma(connection, "application_id");
  const version = pragma(connection, "user_version");
  if (applicationId === databaseApplicationId) return { kind: version > schemaVersion ? "newer" : "known", version };
  const objects = connection.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.n;
  return { kind: applicationId === 0 && version === 0 && objects === 0 ? "empty" : "foreign" };
}

/**
 * Applies the migrations that the file lacks, each in a transaction of its own. Several processes may do so at a time.
 */
export function migrateDatabase(connection: SqlConnection): void {
  for (const [index, sql] of migrations.entries()) {
    connection.exec("BEGIN IMMEDIATE");
    try {
      // Read under the lock: another process may have been first.
      if (pragma(connection, "user_version") <= index) {
        connection.exec(sql);
        connection.exec(`PRAGMA application_id = ${databaseApplicationId}; PRAGMA user_version = ${index + 1}`);
      }
      connection.exec("COMMIT");
    } catch (error) {
      connection.exec("ROLLBACK");
      throw error;
    }
  }
}

function pragma(connection: SqlConnection, name: string): number {
  return Number(connection.prepare(`PRAGMA ${name}`).get()?.[name]);
}
