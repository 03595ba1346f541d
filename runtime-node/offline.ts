/** The files of a data directory that no service runs on, opened for one command. */
import { resolve } from "node:path";
import type { Logger } from "../core/capabilities.ts";
import { DispatchError } from "../core/error/mod.ts";
import { LogIndexer } from "../core/history/log_indexer.ts";
import { LogWriter } from "../core/history/log_writer.ts";
import { unloggedKinds } from "../core/history/unlogged_kinds.ts";
import { StartedParts } from "../core/lifecycle/started_parts.ts";
import { showCertificate } from "../core/operations/certificate_show.ts";
import type { OperationContext } from "../core/operations/operation_context.ts";
import { baseContext } from "./base_context.ts";
import { openCertificates } from "./certificates.ts";
import type { OfflineDispatch } from "./cli/cli_runtime.ts";
import { systemClock } from "./clock.ts";
import { prepareDataDirectory } from "./data_directory.ts";
import { lockDataDirectory } from "./data_lock.ts";
import { openDatabase } from "./database.ts";
import type { Environment } from "./environment.ts";
import { openIntake } from "./intake_parts.ts";
import { openAdminAccess } from "./open_admin_access.ts";
import { openData } from "./open_data.ts";
import { openRetention } from "./open_retention.ts";
import { openSpool } from "./open_spool.ts";
import { sharedCertificate } from "./shared_certificate.ts";

/** Longest time that a reader of the message log waits for it to catch up with the spool. */
const caughtUpMs = 5000;

/** Opens a data directory in this process. @throws {DispatchError} as a start of the service does */
export async function openOffline(environment: Environment, logger: Logger): Promise<OfflineDispatch> {
  const parts = new StartedParts((part, error) =>
    logger.error("offline.close_failed", `${part} was not closed cleanly`, { error }),
  );
  try {
    return { context: await openContext(environment, parts, logger), close: () => parts.stop() };
  } catch (error) {
    await parts.stop();
    throw error;
  }
}

async function openContext(environment: Environment, parts: StartedParts, logger: Logger): Promise<OperationContext> {
  const { dataDirectory, databasePath } = environment;
  prepareDataDirectory(dataDirectory);
  const lock = () => lockDataDirectory(dataDirectory);
  await parts.start("lock", lock, (held) => held.release());
  const driver = await parts.start(
    "database",
    () => openDatabase(databasePath, { logger }),
    (database) => database.close(),
  );
  const data = await openData({ environment, driver, logger, repair: true });
  await parts.start(
    "audit log",
    () => data.audit,
    (audit) => audit.stop(),
  );
  const settings = () => data.config.holder.current;
  const spoolDirectory = resolve(dataDirectory, settings()["spool.directory"]);
  const open = () => openSpool(spoolDirectory, logger);
  const spool = await parts.start("spool", open, (opened) => opened.close());
  const startWriter = () => {
    const unlogged = () => new Set(unloggedKinds(settings()));
    const writer = new LogWriter({ history: spool, log: data.stores.log, clock: systemClock, logger, unlogged });
    writer.start();
    return writer;
  };
  const writer = await parts.start("message log", startWriter, (started) => started.stop());
  const startIndexer = () => {
    const indexer = new LogIndexer({ log: data.stores.log, clock: systemClock, logger });
    indexer.start();
    return indexer;
  };
  const indexer = await parts.start("index of the message log", startIndexer, (started) => started.stop());
  const openPurges = () => openRetention(data, spool, logger);
  const retention = await parts.start("purges", openPurges, (opened) => opened.stop());
  const intake = openIntake(settings, spool, spoolDirectory);
  // Made with the settings of the moment: a command that has no need of a certificate must not be what makes it.
  const certificates = once(() => openCertificates({ environment, data, logger }));
  return {
    ...baseContext({ data, spool, spoolDirectory, intake, retention }),
    admin: {
      resetPassword: async (next) => (await openAdminAccess(environment, data, logger)).access.resetPassword(next),
    },
    certificates: sharedCertificate(async () => (await certificates()).shared),
    async caughtUp() {
      await writer.caughtUp(caughtUpMs);
      await indexer.finished();
    },
    logGrown: (rows, signal) => writer.grown(rows, signal),
    async certificate() {
      const { shared, dashboard } = await certificates();
      return showCertificate(shared, dashboard, [], {
        nowMs: systemClock.nowMs(),
        serverName: settings()["listener.server_name"],
      });
    },
    health() {
      throw new DispatchError("service_unreachable", { path: dataDirectory });
    },
  };
}

/** `open`, called when its result is first asked for, and never again. */
function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open();
    return opened;
  };
}
