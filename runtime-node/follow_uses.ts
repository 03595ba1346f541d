/** Stores how often keys, tokens and users were used: now and then, for many requests at once. */
import type { Use } from "../core/access/use_tally.ts";
import type { Clock, Logger } from "../core/capabilities.ts";

/** How long uses are gathered before they are stored. */
const gatherMs = 30_000;

/** Things of one kind whose uses are counted. */
export interface CountedKind {
  /** In the log: `API keys`. */
  readonly noun: string;
  readonly ring: { takeUses(): readonly Use[] };
  readonly store: { addUses(uses: readonly Use[]): Promise<void> };
}

/** Starts to store the uses that the rings have counted; `stop` stores the last ones. */
export function followUses(kinds: readonly CountedKind[], clock: Clock, logger: Logger): { stop(): Promise<void> } {
  async function storeUses({ noun, ring, store }: CountedKind): Promise<void> {
    const uses = ring.takeUses();
    if (uses.length === 0) return;
    try {
      await store.addUses(uses);
    } catch (error) {
      logger.warn("access.uses_lost", `The last uses of some ${noun} could not be counted`, { error });
    }
  }
  async function storeAll(): Promise<void> {
    await Promise.all(kinds.map(storeUses));
  }
  function storeLater(): () => void {
    return clock.after(gatherMs, () => {
      void storeAll();
      cancel = storeLater();
    });
  }
  let cancel = storeLater();
  return {
    async stop() {
      cancel();
      await storeAll();
    },
  };
}
