/** The files of a data directory that no service runs on, opened for one command. */
import { resolve } from "node:path";
import { commandLineActor } from "../core/access/actor.ts";
import type { Logger } from "../core/capabilities.ts";
import { daysLeft } from "../core/certificate/mod.ts";
import { DispatchError } from "../core/error/mod.ts";
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
import { openFiles } from "./files.ts";
import { openIntake } from "./intake_parts.ts";
import { interimAdmin, interimCertificates } from "./interim_parts.ts";
import { openData } from "./open_data.ts";
import { openSpool } from "./open_spool.ts";

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
    () => openDatabase(databasePath),
    (database) => database.close(),
  );
  const data = await openData({ environment, driver, logger, repair: true });
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
  const intake = openIntake(settings, spool, spoolDirectory);
  const { dashboardCertificate } = environment;
  const files = openFiles(dataDirectory);
  const sources = { files, box: data.box, settings, logger, clock: systemClock, dashboardCertificate };
  const certificates = await openCertificates(sources);
  certificates.stop();
  return {
    ...baseContext({ data, spool, spoolDirectory, intake }),
    actor: commandLineActor,
    admin: interimAdmin,
    certificates: interimCertificates(certificates.shared),
    caughtUp: async () => void (await writer.caughtUp(caughtUpMs)),
    logGrown: (rows, signal) => writer.grown(rows, signal),
    async certificate() {
      const nowMs = systemClock.nowMs();
      const { facts } = certificates.dashboard.current;
      const identity = { ...facts, daysLeft: daysLeft(facts, nowMs) };
      const dashboard = { source: "self_signed" as const, files: null, problem: null, identity, served: [] };
      const source = settings()["tls.cert_source"] || "automatic";
      return showCertificate(source, certificates.shared.current, [], nowMs, dashboard);
    },
    health() {
      throw new DispatchError("service_unreachable", { path: dataDirectory });
    },
  };
}
