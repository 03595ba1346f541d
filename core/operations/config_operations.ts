/** Settings: list, get, set, unset. */
import { z } from "zod";
import { text } from "./input.ts";
import { defineOperation } from "./operation.ts";

const key = text(100);

const configList = defineOperation({
  name: "config.list",
  summary: "List all settings with value, source and default",
  input: z.strictObject({}),
  changes: false,
  run: async ({ config }) => config.list(),
});

const configGet = defineOperation({
  name: "config.get",
  summary: "Show one setting",
  input: z.strictObject({ key }),
  changes: false,
  run: async ({ config }, input) => config.get(input.key),
});

const configSet = defineOperation({
  name: "config.set",
  summary: "Change settings, all or none; takes effect at once",
  input: z.strictObject({
    values: z.record(key, z.json(), { error: "must be an object of settings and their values" }),
  }),
  changes: true,
  run: async ({ config }, input) => config.set(input.values),
});

const configUnset = defineOperation({
  name: "config.unset",
  summary: "Put a setting back to its default",
  input: z.strictObject({ key }),
  changes: true,
  run: async ({ config }, input) => config.unset(input.key),
});

/** The operations on settings. */
export const configOperations = [configList, configGet, configSet, configUnset] as const;
