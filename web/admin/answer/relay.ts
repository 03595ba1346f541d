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
  maxMessageBytes: count.nullable(),
  fallback: textOrNull,
  fallbackAfterSeconds: count,
  summary: textOrNull,
  documentation: textOrNull,
  ruleCount: count,
  settings: z.record(text, z.union([text, z.number(), z.boolean(), z.null()])),
  problem: textOrNull,
});

/** A provider, with all that can be set about its relays. */
export const provider = named("Provider", {
  name: text,
  summary: text,
  documentation: textOrNull,
  maxMessageBytes: count.nullable(),
  settings: list(
    named("ProviderSetting", {
      name: text,
      kind: text,
      summary: text,
      rule: text,
      choices: list(text).nullable(),
      default: z.union([text, z.number(), z.boolean()]).nullable(),
      required: z.boolean(),
      secret: z.boolean(),
      destination: z.boolean(),
    }),
  ),
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
    omitted: list(text).exactOptional(),
    retryAfterSeconds: z.number().nullable(),
  }),
});
