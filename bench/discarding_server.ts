/**
 * The service as it is installed, but for a spool that acknowledges a message and forgets it: what is left is the speed of
 * all the rest. Runs until it is killed.
 */
import type { OpenHttpsListener } from "../core/ingest/http_listener.ts";
import type { Spool } from "../core/spool/mod.ts";
import { readEnvironment } from "../runtime-node/environment.ts";
import { startService } from "../runtime-node/service.ts";
import { streamLogger } from "../runtime-node/stream_logger.ts";

function discarding(spool: Spool): Spool {
  return { ...spool, append: async () => ({ kind: "stored" }) };
}

async function loadOpenHttps(): Promise<OpenHttpsListener> {
  const { openHttpsListener } =
    process.versions.bun === undefined
      ? await import("../runtime-node/https_listener.ts")
      : await import("../runtime-bun/https_listener.ts");
  return openHttpsListener;
}

const workingDirectory = process.cwd();
const environment = readEnvironment(process.env, { dataDirectory: workingDirectory, workingDirectory });
const logger = streamLogger({
  level: environment.logLevel,
  format: "json",
  write: (line) => process.stderr.write(line),
  nowMs: Date.now,
});
await startService({ environment, logger, openHttps: await loadOpenHttps(), wrapSpool: discarding });
logger.info("service.ready", "The discarding server is ready");
