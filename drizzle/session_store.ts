/** The sessions of the dashboard, in the `admin_session` table. */
import { inArray } from "drizzle-orm";
import type { SessionStore } from "../core/access/admin_session.ts";
import type { DatabaseDriver } from "./driver.ts";
import { openOrm } from "./orm.ts";
import { withPlainErrors } from "./plain_errors.ts";
import { adminSessionTable } from "./table/admin_session.ts";

/** The `admin_session` table behind `driver`. */
export function openSessionStore(driver: DatabaseDriver): SessionStore {
  const orm = openOrm(driver);
  return withPlainErrors<SessionStore>({
    list: async () => orm.select().from(adminSessionTable),
    async put(session) {
      const { digest, ...rest } = session;
      await orm
        .insert(adminSessionTable)
        .values({ digest, ...rest })
        .onConflictDoUpdate({ target: adminSessionTable.digest, set: rest });
    },
    async remove(digests) {
      await orm.delete(adminSessionTable).where(inArray(adminSessionTable.digest, [...digests]));
    },
  });
}
