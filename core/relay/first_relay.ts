/** The relay of a fresh install: the local inbox, so that the product can be tried at once. */
import type { RelayService } from "./relay_service.ts";

/** Adds the relay `local` as the default when there is no relay at all; the last one can't be removed later. */
export async function ensureFirstRelay(relays: Pick<RelayService, "list" | "add">): Promise<void> {
  if (relays.list().length === 0) await relays.add({ name: "local", provider: "local" });
}
