/** The program: the command line, with what the runtimes differ in given by the entry point. */
import { existsSync } from "node:fs";
import type { OpenHttpsListener } from "../core/ingest/http_listener.ts";
import { runCli } from "./cli/main.ts";
import { processIo } from "./cli/process_io.ts";
import { readEnvironment } from "./environment.ts";
import { defaultDataDirectory } from "./program_name.ts";
import { streamLogger } from "./stream_logger.ts";
import { describeVersion } from "./version.ts";

/**
 * Runs the command line of this process to its end, and the process with it.
 *
 * A command beside a running service needs little of the code; the rest is loaded when it is asked for, so that a command
 * takes tenths of a second.
 */
export async function runProgram(loadOpenHttps: () => Promise<OpenHttpsListener>): Promise<void> {
  // Whatever is written is its owner's alone, also the files that SQLite puts beside a database.
  process.umask(0o077);
  const code = await runCli(process.argv.slice(2), processIo(), {
    version: describeVersion(),
    readEnvironment: (dataDirectory) =>
      readEnvironment(
        { ...process.env, ...(dataDirectory === undefined ? {} : { DISPATCH_DATA_DIR: dataDirectory }) },
        { dataDirectory: defaultDataDirectory(), workingDirectory: process.cwd() },
      ),
    openOffline: async (environment) => (await import("./offline.ts")).openOffline(environment, commandLogger()),
    hasData: ({ databasePath }) => existsSync(databasePath),
    checkCertificate: async (environment, input, serverName) =>
      (await import("./check_certificate.ts")).checkCertificate(environment, input, serverName),
    recoverSpool: async (environment) =>
      (await import("./recover_spool.ts")).recoverSpoolFile(environment, commandLogger()),
    serve: async (environment) => (await import("./serve.ts")).serve(environment, await loadOpenHttps()),
  });
  // Threads, sockets and timers of a command that is over must not keep it from ending.
  process.exit(code);
}

/** Of what happens during a command only trouble is told. */
function commandLogger() {
  return streamLogger({
    level: "warn",
    format: "pretty",
    write: (line) => process.stderr.write(line),
    nowMs: Date.now,
  });
}
