/** Providers: list. */
import { z } from "zod";
import { providers } from "../relay/provider_table.ts";
import { viewProvider } from "../relay/provider_view.ts";
import { defineOperation } from "./operation.ts";

const providerList = defineOperation({
  name: "provider.list",
  summary: "List all providers, with their settings and limits",
  input: z.strictObject({}),
  run: async () => providers.map(viewProvider),
  audit: null,
});

/** The operations on providers. */
export const providerOperations = [providerList] as const;
