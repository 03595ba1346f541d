/** Stores how often API keys were used: now and then, for many requests at once. */
import type { Clock, Logger } from "../core/capabilities.ts";
import type { DispatchData } from "./open_data.ts";

/** How long uses are gathered before they are stored. */
const gatherMs = 30_000;

/** Starts to store the uses that the key ring has counted; `stop` stores the last ones. */
export function followKeyUses(
  { keyRing, stores }: Pick<DispatchData, "keyRing" | "stores">,
  clock: Clock,
  logger: Logger,
): { stop(): Promise<void> } {
  async function store(): Promise<void> {
    const uses = keyRing.takeUses();
    if (uses.length === 0) return;
    try {
      await stores.apiKeys.addUses(uses);
    } catch (error) {
      logger.warn("key.uses_lost", "The last uses of some API keys could not be counted", { error });
    }
  }
  function storeLater(): () => void {
    return clock.after(gatherMs, () => {
      void store();
      cancel = storeLater();
    });
  }
  let cancel = storeLater();
  return {
    async stop() {
      cancel();
      await store();
    },
  };
}
