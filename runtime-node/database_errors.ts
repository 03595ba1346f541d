/** What SQLite and the file system say about a database file, in Dispatch's own errors. */
import { DispatchError, isDispatchError } from "../core/error/mod.ts";

/** SQLite's primary result codes (https://sqlite.org/rescode.html) that are about the file, not about the statement. */
const fileResults = new Set([
  3, // PERM
  5, // BUSY
  6, // LOCKED
  7, // NOMEM
  8, // READONLY
  10, // IOERR
  11, // CORRUPT
  13, // FULL
  14, // CANTOPEN
  15, // PROTOCOL
  22, // NOLFS
  23, // AUTH
  26, // NOTADB
]);

/** Result code of a file that is no SQLite database. */
const notADatabase = 26;

/**
 * Returns `database_foreign` or `database_unusable` where the file is the cause, else `error` itself: a statement that is
 * wrong or breaks a constraint is not the file's fault.
 */
export function describeDatabaseError(error: unknown, path: string): unknown {
  if (isDispatchError(error) || !(error instanceof Error)) return error;
  const result = "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : null;
  if (result === notADatabase) return new DispatchError("database_foreign", { path }, { cause: error });
  if (result !== null ? !fileResults.has(result) : !("syscall" in error)) return error;
  return new DispatchError("database_unusable", { path, reason: error.message }, { cause: error });
}
