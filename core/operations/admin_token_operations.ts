/** Tokens of the admin API: create, list, revoke. */
import { z } from "zod";
import { adminScopes } from "../access/admin_token.ts";
import { oneOf, text } from "./input.ts";
import { defineOperation } from "./operation.ts";

const nameRule = "must be a name of 1 to 64 characters, none of them a control character";

const tokenCreate = defineOperation({
  name: "admin.token.create",
  summary: "Create a token of the admin API; it is shown this once",
  input: z.strictObject({
    name: z
      .string({ error: nameRule })
      .regex(/^\P{C}{1,64}$/u, { error: nameRule })
      .meta({ examples: ["certbot"] }),
    scope: oneOf(adminScopes),
  }),
  run: async ({ tokens }, { name, scope }) => tokens.create(name, scope),
  audit: {
    event: "token.created",
    subject: ({ name }) => name,
    after: (_context, _input, { token, ...rest }) => rest,
  },
});

const tokenList = defineOperation({
  name: "admin.token.list",
  summary: "List all tokens of the admin API, revoked ones too",
  input: z.strictObject({}),
  run: async ({ tokens }) => tokens.list(),
  audit: null,
});

const tokenRevoke = defineOperation({
  name: "admin.token.revoke",
  summary: "Revoke a token of the admin API; takes effect at once",
  input: z.strictObject({ id: text(64) }),
  run: async ({ tokens }, { id }) => tokens.revoke(id),
  audit: {
    event: "token.revoked",
    subject: ({ id }) => id,
    before: async ({ tokens }, { id }) => (await tokens.list()).find((token) => token.id === id),
    after: (_context, _input, output) => output,
  },
});

/** The operations on tokens of the admin API. */
export const adminTokenOperations = [tokenCreate, tokenList, tokenRevoke] as const;
