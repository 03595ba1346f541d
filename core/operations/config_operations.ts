/** Settings: list, get, set, unset. */
import { z } from "zod";
import { text } from "./input.ts";
import { defineOperation } from "./operation.ts";
import type { OperationContext } from "./operation_context.ts";

const key = text(100);

const configList = defineOperation({
  name: "config.list",
  summary: "List all settings with value, source and default",
  input: z.strictObject({}),
  run: async ({ config }) => config.list(),
  audit: null,
});

const configGet = defineOperation({
  name: "config.get",
  summary: "Show one setting",
  input: z.strictObject({ key }),
  run: async ({ config }, input) => config.get(input.key),
  audit: null,
});

const configSet = defineOperation({
  name: "config.set",
  summary: "Change settings, all or none; takes effect at once",
  input: z.strictObject({
    values: z.record(key, z.json(), { error: "must be an object of settings and their values" }),
  }),
  run: async ({ config }, input) => config.set(input.values),
  audit: {
    event: "config.changed",
    subject: ({ values }) => Object.keys(values).join(", "),
    before: ({ config }, { values }) => valuesOf(config, Object.keys(values)),
    after: ({ config }, { values }) => valuesOf(config, Object.keys(values)),
  },
});

const configUnset = defineOperation({
  name: "config.unset",
  summary: "Put a setting back to its default",
  input: z.strictObject({ key }),
  run: async ({ config }, input) => config.unset(input.key),
  audit: {
    event: "config.changed",
    subject: (input) => input.key,
    before: ({ config }, input) => valuesOf(config, [input.key]),
    after: ({ config }, input) => valuesOf(config, [input.key]),
  },
});

/** The operations on settings. */
export const configOperations = [configList, configGet, configSet, configUnset] as const;

/** The values in force, masked. */
function valuesOf(config: OperationContext["config"], keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((name) => [name, config.get(name).value]));
}
