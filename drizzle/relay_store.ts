/** The relays in the `relay` table. */
import { and, asc, eq, ne } from "drizzle-orm";
import type { RelayStore } from "../core/relay/relay_store.ts";
import type { DatabaseDriver } from "./driver.ts";
import { openOrm } from "./orm.ts";
import { withPlainErrors } from "./plain_errors.ts";
import { relayTable } from "./table/relay.ts";

/** The `relay` table behind `driver`; relays are listed by name. */
export function openRelayStore(driver: DatabaseDriver): RelayStore {
  const orm = openOrm(driver);
  return withPlainErrors<RelayStore>({
    list: async () => orm.select().from(relayTable).orderBy(asc(relayTable.name)),
    async put(relay) {
      const { id, ...rest } = relay;
      const others = and(ne(relayTable.id, id), eq(relayTable.isDefault, true));
      const upsert = orm.insert(relayTable).values(relay).onConflictDoUpdate({ target: relayTable.id, set: rest });
      if (relay.isDefault) await orm.batch([orm.update(relayTable).set({ isDefault: false }).where(others), upsert]);
      else await upsert;
    },
    async remove(id) {
      await orm.delete(relayTable).where(eq(relayTable.id, id));
    },
  });
}
