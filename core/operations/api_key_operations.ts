/** API keys: create, list, revoke. */
import { z } from "zod";
import { text, wholeNumber } from "./input.ts";
import { defineOperation } from "./operation.ts";

const keyCreate = defineOperation({
  name: "key.create",
  summary: "Create an API key; it is shown this once",
  input: z.strictObject({ name: text(64), ratePerMinute: wholeNumber(0, 1_000_000).exactOptional() }),
  run: async ({ keys }, input) => keys.create(input.name, input.ratePerMinute ?? null),
  audit: {
    event: "key.created",
    subject: ({ name }) => name,
    after: (_context, _input, { key: _, ...shown }) => shown,
  },
});

const keyList = defineOperation({
  name: "key.list",
  summary: "List all API keys, revoked ones too",
  input: z.strictObject({}),
  run: async ({ keys }) => keys.list(),
  audit: null,
});

const keyRevoke = defineOperation({
  name: "key.revoke",
  summary: "Revoke an API key; takes effect at once",
  input: z.strictObject({ id: text(64) }),
  run: async ({ keys }, input) => keys.revoke(input.id),
  audit: {
    event: "key.revoked",
    subject: ({ id }) => id,
    before: async ({ keys }, { id }) => (await keys.list()).find((key) => key.id === id),
    after: (_context, _input, key) => key,
  },
});

/** The operations on API keys. */
export const apiKeyOperations = [keyCreate, keyList, keyRevoke] as const;
