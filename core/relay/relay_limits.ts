/** What can be set about any relay, whatever its provider: how much it is given, and what takes over when it fails. */
import { type IntegerBounds, isIntegerWithin } from "../config/codec/integer.ts";
import { nearestName } from "../config/nearest.ts";
import type { ConfigViolation } from "../error/mod.ts";
import type { Relay } from "./relay.ts";

/** Limits and fallback of a relay. */
export type RelayLimits = Pick<Relay, "concurrency" | "maxMessageBytes" | "fallback" | "fallbackAfterSeconds">;

/** How many deliveries one relay may have under way at once. */
export const concurrencyRange = { min: 1, max: 32 } as const;

/** Size of the largest message that a relay is given, in bytes. */
export const maxMessageBytesRange = { min: 1024, max: 1_073_741_824 } as const;

/** How long all attempts must have failed before the fallback takes over: up to 30 days; `0` is after the first. */
export const fallbackAfterSecondsRange = { min: 0, max: 2_592_000 } as const;

/** Those of a new relay. */
export const defaultLimits: RelayLimits = {
  concurrency: 4,
  maxMessageBytes: null,
  fallback: null,
  fallbackAfterSeconds: 300,
};

/** What is wrong with the limits of the relay `name`, which stands beside the `others`. */
export function checkLimits(
  name: string,
  limits: RelayLimits,
  others: readonly Pick<Relay, "name" | "fallback">[],
): ConfigViolation[] {
  const { concurrency, maxMessageBytes, fallback, fallbackAfterSeconds } = limits;
  return [
    ...checkRange("concurrency", concurrency, concurrencyRange),
    ...(maxMessageBytes === null ? [] : checkRange("maxMessageBytes", maxMessageBytes, maxMessageBytesRange)),
    ...(fallback === null ? [] : checkFallback(name, fallback, others)),
    ...checkRange("fallbackAfterSeconds", fallbackAfterSeconds, fallbackAfterSecondsRange),
  ];
}

function checkRange(key: string, value: number, range: IntegerBounds): ConfigViolation[] {
  if (isIntegerWithin(value, range)) return [];
  return [{ key, value: String(value), rule: `must be a whole number from ${range.min} to ${range.max}` }];
}

/** Mail that comes round to where it has failed already would go round for ever. */
function checkFallback(
  name: string,
  fallback: string,
  others: readonly Pick<Relay, "name" | "fallback">[],
): ConfigViolation[] {
  const refuse = (rule: string) => [{ key: "fallback", value: JSON.stringify(fallback), rule }];
  if (fallback === name) return refuse("must be another relay");
  const fallbackOf = new Map(others.map((relay) => [relay.name, relay.fallback]));
  if (!fallbackOf.has(fallback)) {
    const known = [...fallbackOf.keys()];
    return refuse(`must be another relay${known.length === 0 ? "" : `, such as ${nearestName(fallback, known)}`}`);
  }
  const chain: string[] = [fallback];
  for (let next = fallbackOf.get(fallback); next && !chain.includes(next); next = fallbackOf.get(next)) {
    if (next === name) return refuse(`must not lead back to ${name}, as ${chain.join(", ")} does`);
    chain.push(next);
  }
  return [];
}
