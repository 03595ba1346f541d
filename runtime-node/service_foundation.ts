/** What all else of the service rests on: the data directory, the database, the spool. */
import { resolve } from "node:path";
import type { Logger } from "../core/capabilities.ts";
import { loggingKeys, unloggedKinds } from "../core/history/unlogged_kinds.ts";
import type { StartedParts } from "../core/lifecycle/started_parts.ts";
import type { Retention } from "../core/retention/retention.ts";
import type { Spool } from "../core/spool/mod.ts";
import { prepareDataDirectory } from "./data_directory.ts";
import { lockDataDirectory } from "./data_lock.ts";
import type { DatabaseCalls } from "./database_calls.ts";
import { startDatabaseThread } from "./database_client.ts";
import type { Environment } from "./environment.ts";
import { type DispatchData, openData } from "./open_data.ts";
import { openRetention } from "./open_retention.ts";
import { spoolOverPort } from "./spool_calls.ts";
import { type SpoolThread, startSpoolThread } from "./spool_client.ts";

/** Longest time that a reader of the message log waits for it to catch up with the spool. */
const caughtUpMs = 2000;

/** What all else of the service rests on. */
export interface Foundation {
  readonly data: DispatchData;
  readonly database: DatabaseCalls;
  /** Absolute path. */
  readonly spoolDirectory: string;
  readonly spool: Spool;
  readonly spoolThread: SpoolThread;
  readonly retention: Retention;
  /** Resolves once the message log holds what had happened before the call, or after two seconds. */
  readonly caughtUp: () => Promise<void>;
}

/** Locks the data directory, opens the database and the spool, and has the message log follow the spool. */
export async function layFoundation(
  environment: Environment,
  parts: StartedParts,
  logger: Logger,
  onDeath: (error: unknown) => void,
): Promise<Foundation> {
  const { dataDirectory, databasePath } = environment;
  prepareDataDirectory(dataDirectory);
  const lock = () => lockDataDirectory(dataDirectory);
  await parts.start("lock", lock, (held) => held.release());
  const startDatabase = () => startDatabaseThread({ path: databasePath }, logger, onDeath);
  const { calls: database } = await parts.start("database", startDatabase, (thread) => thread.stop());
  const data = await openData({ environment, driver: database, logger });
  await parts.start(
    "audit log",
    () => data.audit,
    (audit) => audit.stop(),
  );
  const spoolDirectory = resolve(dataDirectory, data.config.holder.current["spool.directory"]);
  const startSpool = () => startSpoolThread({ directory: spoolDirectory }, logger, onDeath);
  const spoolThread = await parts.start("spool", startSpool, (thread) => thread.stop());
  await followHistory(database, data, spoolThread);
  const spool = spoolOverPort(spoolThread.connect());
  const retention = openRetention(data, spool, logger);
  await parts.start(
    "purges",
    () => retention.start(),
    () => retention.stop(),
  );
  return {
    data,
    database,
    spoolDirectory,
    spool,
    spoolThread,
    retention,
    caughtUp: async () => void (await database.caughtUp(caughtUpMs)),
  };
}

async function followHistory(database: DatabaseCalls, { config }: DispatchData, spool: SpoolThread): Promise<void> {
  await database.setUnlogged(unloggedKinds(config.holder.current));
  config.holder.subscribe(loggingKeys, (next) => void database.setUnlogged(unloggedKinds(next)));
  await database.follow(spool.connect());
}
