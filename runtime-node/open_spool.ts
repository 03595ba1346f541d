/** Opens the spool of a directory: the queue's file and the large files beside it. */
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { LargeFiles, Logger } from "../core/capabilities.ts";
import { DispatchError } from "../core/error/mod.ts";
import { describingFailures, inspectSpoolFile, openSpoolFile, SqliteSpool } from "../core/spool/mod.ts";
import { systemClock } from "./clock.ts";
import { idSource } from "./id_source.ts";
import { openLargeFiles } from "./large_files.ts";
import { openSqlite } from "./sqlite_connection.ts";

/** How long an outcome may wait for a commit to ride along with: as long as it does, a crash sends its message again. */
const soonMs = 5;

/** Where a spool directory keeps its large files. */
export function largeDirectoryOf(spoolDirectory: string): string {
  return join(spoolDirectory, "large");
}

/**
 * Opens the spool in `directory`, which is made when it is missing, and puts right what a crash has left.
 *
 * @throws {DispatchError} `spool_damaged`, `database_foreign`, `database_newer`, `database_unusable`
 */
export async function openSpool(directory: string, logger: Logger): Promise<SqliteSpool> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, "spool.db");
  await inspectFile(path);
  const connection = describingFailures(path, () => openSqlite(path));
  let isNew: boolean;
  try {
    isNew = openSpoolFile(connection, path);
  } catch (error) {
    connection.close();
    throw error;
  }
  const largeFiles = openLargeFiles(largeDirectoryOf(directory));
  const spool = new SqliteSpool({
    connection,
    largeFiles,
    clock: systemClock,
    logger,
    createEventId: () => idSource.uniqueId("evt_"),
    schedule: (callback) => queueMicrotask(callback),
    scheduleSoon: (callback) => setTimeout(callback, soonMs),
  });
  if (isNew) await reportFilesWithoutSpool(largeFiles, directory, logger);
  else await spool.reconcileLargeFiles();
  return spool;
}

/** Beside a spool that was just made, files are no leftovers of a crash: the spool that knew them is gone. They stay. */
async function reportFilesWithoutSpool(largeFiles: LargeFiles, directory: string, logger: Logger): Promise<void> {
  const files = await largeFiles.list();
  if (files.length === 0) return;
  const message = `The spool is new, but ${files.length} contents of large messages are in ${largeDirectoryOf(directory)}. They were left there; move them away to be rid of this line.`;
  logger.error("spool.files_without_spool", message, { files: files.length });
}

/** Refuses a file that can't be the spool, before a connection that may write touches it. */
async function inspectFile(path: string): Promise<void> {
  const logBytes = await sizeOf(`${path}-wal`);
  if ((await sizeOf(path)) === 0) {
    if (logBytes === 0) return;
    throw new DispatchError("spool_damaged", { path, reason: "it is empty, but changes wait in the log beside it" });
  }
  const url = pathToFileURL(path);
  // Even a read-only connection puts files beside a database in WAL mode, unless it takes the file for immutable; which
  // it must not while changes wait in the WAL.
  if (logBytes === 0) url.searchParams.set("immutable", "1");
  describingFailures(path, () => {
    const connection = openSqlite(url, { readOnly: true });
    try {
      inspectSpoolFile(connection, path);
    } finally {
      connection.close();
    }
  });
}

/** Size in bytes; 0 where there is no file. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}
