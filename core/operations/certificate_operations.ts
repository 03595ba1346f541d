/** The shared certificate: show. */
import { z } from "zod";
import { defineOperation } from "./operation.ts";

const certificateShow = defineOperation({
  name: "cert.show",
  summary: "Show the certificate in service, and which listener serves it",
  input: z.strictObject({}),
  changes: false,
  run: async (context) => context.certificate(),
});

/** The operations on the shared certificate. */
export const certificateOperations = [certificateShow] as const;
