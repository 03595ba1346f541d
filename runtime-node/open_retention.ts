/** Purges of this data directory. */
import type { Logger } from "../core/capabilities.ts";
import { Retention } from "../core/retention/retention.ts";
import type { Spool } from "../core/spool/mod.ts";
import { systemClock } from "./clock.ts";
import { idSource } from "./id_source.ts";
import type { DispatchData } from "./open_data.ts";

/** Puts together what purges; nothing is purged until it is started, or asked to. */
export function openRetention({ stores, config }: DispatchData, spool: Spool, logger: Logger): Retention {
  const { log, audit, purgeRuns } = stores;
  return new Retention({
    sources: { spool, log, audit },
    runs: purgeRuns,
    holder: config.holder,
    clock: systemClock,
    logger,
    createId: () => idSource.uniqueId("prg_"),
  });
}
