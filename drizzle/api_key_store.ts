/** The API keys in the `api_key` table. */
import { and, asc, eq, isNull, sql } from "drizzle-orm";
import type { ApiKeyStore } from "../core/access/api_key_store.ts";
import type { DatabaseDriver } from "./driver.ts";
import { openOrm } from "./orm.ts";
import { withPlainErrors } from "./plain_errors.ts";
import { apiKeyTable } from "./table/api_key.ts";

/** The `api_key` table behind `driver`. */
export function openApiKeyStore(driver: DatabaseDriver): ApiKeyStore {
  const orm = openOrm(driver);
  return withPlainErrors<ApiKeyStore>({
    list: async () => orm.select().from(apiKeyTable).orderBy(asc(apiKeyTable.createdAtMs), asc(apiKeyTable.id)),
    async add(record) {
      await orm.insert(apiKeyTable).values(record);
    },
    async revoke(id, atMs) {
      const revoked = await orm
        .update(apiKeyTable)
        .set({ revokedAtMs: atMs })
        .where(and(eq(apiKeyTable.id, id), isNull(apiKeyTable.revokedAtMs)))
        .returning({ id: apiKeyTable.id });
      return revoked.length > 0;
    },
    async addUses(uses) {
      const [first, ...rest] = uses.map(({ id, uses: added, lastUsedAtMs }) =>
        orm
          .update(apiKeyTable)
          .set({
            useCount: sql`${apiKeyTable.useCount} + ${added}`,
            lastUsedAtMs: sql`max(coalesce(${apiKeyTable.lastUsedAtMs}, 0), ${lastUsedAtMs})`,
          })
          .where(eq(apiKeyTable.id, id)),
      );
      if (first !== undefined) await orm.batch([first, ...rest]);
    },
  });
}
