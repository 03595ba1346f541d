/** The thread that owns the spool; every other thread reaches it over a port. */
import { openSpool } from "./open_spool.ts";
import { serveSpool } from "./spool_calls.ts";
import { runThread } from "./thread.ts";

/** What the spool's thread starts with. */
export interface SpoolThreadData {
  /** Absolute path of the spool directory. */
  readonly directory: string;
}

await runThread<SpoolThreadData>(async ({ directory }, logger) => {
  const spool = await openSpool(directory, logger);
  return {
    ready: await spool.counts(),
    connect: (port) => serveSpool(port, spool),
    stop: () => spool.close(),
  };
});
