/** `dispatch serve`: runs the service in this process until it is told to stop. */

import type { OpenHttpsListener } from "../core/ingest/http_listener.ts";
import { announce } from "../core/lifecycle/announcement.ts";
import type { Environment } from "./environment.ts";
import { commandOf } from "./program_name.ts";
import { type Service, startService } from "./service.ts";
import { streamLogger } from "./stream_logger.ts";
import { describeVersion } from "./version.ts";

/** Exit code when a part died that the service can't go on without; a service manager starts it again. */
const diedExitCode = 1;

/** Runs the service; resolves to the exit code. @throws {DispatchError} when it can't start */
export async function serve(environment: Environment, openHttps: OpenHttpsListener): Promise<number> {
  const logger = streamLogger({
    level: environment.logLevel,
    format: environment.logFormat ?? (process.stderr.isTTY ? "pretty" : "json"),
    write: (line) => process.stderr.write(line),
    nowMs: Date.now,
  });
  const stopAsked = stopSignal();
  logger.info("service.starting", "Dispatch is starting", { ...describeVersion() });
  const service = await startService({ environment, logger, openHttps });
  process.stdout.write(announcementOf(service, environment));
  logger.info("service.ready", "Dispatch is ready", {
    listeners: service.listeners.bound.map(({ kind, port }) => `${kind}:${port}`),
  });
  const end = await Promise.race([stopAsked.then((signal) => ({ signal })), service.died.then((error) => ({ error }))]);
  if ("error" in end) {
    logger.error("service.died", "A part of Dispatch has died; the service ends so that it can be started anew", {
      error: end.error,
    });
    await service.stop();
    return diedExitCode;
  }
  logger.info("service.stopping", `Dispatch stops (${end.signal}); messages that are arriving may finish`);
  await service.stop();
  logger.info("service.stopped", "Dispatch has stopped");
  return 0;
}

function announcementOf({ listeners, setupCode }: Service, environment: Environment): string {
  return announce({
    version: describeVersion().version,
    bound: listeners.bound,
    unbound: listeners.unbound,
    dataDirectory: environment.dataDirectory,
    setupCode,
    command: commandOf(environment),
    keyName: `first-${Date.now().toString(36)}`,
  });
}

/** Resolves at the first SIGTERM or SIGINT; the second one ends the process at once. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const name of ["SIGTERM", "SIGINT"] as const) {
      process.once(name, () => {
        process.once(name, () => process.exit(diedExitCode));
        resolve(name);
      });
    }
  });
}
