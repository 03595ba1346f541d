/** The service itself: health, version. */
import { z } from "zod";
import { defineOperation } from "./operation.ts";

const health = defineOperation({
  name: "health",
  summary: "Show how the running service is doing",
  input: z.strictObject({}),
  needsService: true,
  run: async (context) => context.health(),
  audit: null,
});

const version = defineOperation({
  name: "version",
  summary: "Show which Dispatch runs, on what",
  input: z.strictObject({}),
  run: async (context) => context.version(),
  audit: null,
});

/** The operations on the service itself. */
export const serviceOperations = [health, version] as const;
