/** `dispatch queue recover`: puts a damaged spool aside and what can be read of it into a new one. */
import { mkdirSync, readdirSync, renameSync } from "node:fs";
import { join, resolve } from "node:path";
import { commandLineActor } from "../core/access/actor.ts";
import type { Logger } from "../core/capabilities.ts";
import { openSpoolFile } from "../core/spool/mod.ts";
import { recoverSpool, type SpoolRecovery } from "../core/spool/recover_spool.ts";
import { lockDataDirectory } from "./data_lock.ts";
import { openDatabase } from "./database.ts";
import type { Environment } from "./environment.ts";
import { openData } from "./open_data.ts";
import { largeDirectoryOf } from "./open_spool.ts";
import { openSqlite } from "./sqlite_connection.ts";

/** A recovery, and where the damaged file is now. */
export interface SpoolFileRecovery extends SpoolRecovery {
  /** Absolute path of the directory that holds the damaged file. */
  readonly damagedDirectory: string;
}

/** Recovers the spool of a data directory that no service runs on. @throws {DispatchError} `data_directory_in_use` */
export async function recoverSpoolFile(environment: Environment, logger: Logger): Promise<SpoolFileRecovery> {
  const lock = lockDataDirectory(environment.dataDirectory);
  try {
    return await recoverBeside(environment, logger);
  } finally {
    lock.release();
  }
}

/** The database says where the spool is, and its audit log is told. */
async function recoverBeside(environment: Environment, logger: Logger): Promise<SpoolFileRecovery> {
  const driver = await openDatabase(environment.databasePath);
  try {
    const { config, audit } = await openData({ environment, driver, logger, repair: true });
    const recovery = recoverIn(resolve(environment.dataDirectory, config.holder.current["spool.directory"]));
    const { damagedDirectory: subject, withoutContent, ...counts } = recovery;
    const after = { ...counts, withoutContent: withoutContent.length };
    audit.record({ event: "queue.recovered", actor: commandLineActor, subject, after });
    await audit.stop();
    return recovery;
  } finally {
    driver.close();
  }
}

function recoverIn(spoolDirectory: string): SpoolFileRecovery {
  const damagedDirectory = join(spoolDirectory, `damaged-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "")}`);
  mkdirSync(damagedDirectory, { mode: 0o700 });
  for (const suffix of ["", "-wal", "-shm"]) moveIfPresent(spoolDirectory, damagedDirectory, `spool.db${suffix}`);
  const { knownFiles, ...recovery } = copy(join(damagedDirectory, "spool.db"), join(spoolDirectory, "spool.db"));
  moveUnknownFiles(largeDirectoryOf(spoolDirectory), largeDirectoryOf(damagedDirectory), knownFiles);
  return { ...recovery, damagedDirectory };
}

function copy(damagedPath: string, freshPath: string): SpoolRecovery & { readonly knownFiles: ReadonlySet<string> } {
  const fresh = openSqlite(freshPath);
  openSpoolFile(fresh, freshPath);
  const damaged = openSqlite(damagedPath, { readOnly: true });
  try {
    const recovery = recoverSpool(damaged, fresh);
    const rows = fresh.prepare("SELECT large_file FROM message WHERE large_file IS NOT NULL").all();
    return { ...recovery, knownFiles: new Set(rows.map((row) => String(row.large_file))) };
  } finally {
    damaged.close();
    fresh.close();
  }
}

/** A start removes files that no message refers to; the contents of messages whose rows were lost must not be among them. */
function moveUnknownFiles(from: string, to: string, known: ReadonlySet<string>): void {
  mkdirSync(from, { recursive: true, mode: 0o700 });
  const unknown = readdirSync(from).filter((name) => !known.has(name));
  if (unknown.length > 0) mkdirSync(to, { mode: 0o700 });
  for (const name of unknown) moveIfPresent(from, to, name);
}

function moveIfPresent(from: string, to: string, name: string): void {
  try {
    renameSync(join(from, name), join(to, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
