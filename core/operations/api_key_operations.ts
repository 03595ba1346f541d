/** API keys: create, list, revoke. */
import { z } from "zod";
import { text, wholeNumber } from "./input.ts";
import { defineOperation } from "./operation.ts";

const keyCreate = defineOperation({
  name: "key.create",
  summary: "Create an API key; it is shown this once",
  input: z.strictObject({ name: text(64), ratePerMinute: wholeNumber(0, 1_000_000).exactOptional() }),
  changes: true,
  run: async ({ keys }, input) => keys.create(input.name, input.ratePerMinute ?? null),
});

const keyList = defineOperation({
  name: "key.list",
  summary: "List all API keys, revoked ones too",
  input: z.strictObject({}),
  changes: false,
  run: async ({ keys }) => keys.list(),
});

const keyRevoke = defineOperation({
  name: "key.revoke",
  summary: "Revoke an API key; takes effect at once",
  input: z.strictObject({ id: text(64) }),
  changes: true,
  run: async ({ keys }, input) => keys.revoke(input.id),
});

/** The operations on API keys. */
export const apiKeyOperations = [keyCreate, keyList, keyRevoke] as const;
