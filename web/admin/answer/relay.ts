/** Answers about relays. */
import { z } from "zod";
import { count, list, named, text, textOrNull } from "./shape.ts";

/** A relay, secrets masked. */
export const relay = named("Relay", {
  id: text,
  name: text,
  provider: text,
  enabled: z.boolean(),
  default: z.boolean(),
  concurrency: count,
  settings: z.record(text, z.union([text, z.number(), z.boolean(), z.null()])),
  problem: textOrNull,
});

/** How a test message fared. */
export const relayTest = named("RelayTest", {
  ok: z.boolean(),
  transcript: list(text),
  report: z.object({
    outcomes: list(
      z.object({ address: text, result: z.enum(["delivered", "temporary", "permanent"]), response: text }),
    ),
    providerMessageId: textOrNull,
    retryAfterSeconds: z.number().nullable(),
  }),
});
