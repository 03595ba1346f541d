/** A run of requests that are made from an OpenAPI document, against the API that it describes. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { WrittenRequest } from "./openapi_request.ts";

/** How long a run is, and where it starts. */
export interface FuzzingOptions {
  /** A whole number; the same one makes the same requests. */
  readonly seed: number;
  readonly count: number;
}

/** How often each answer was given, such as `422 request_invalid`. */
export type FuzzingOutcomes = ReadonlyMap<string, number>;

/**
 * Sends up to three requests to each of many stages; throws an error with seed and requests when an answer is not as it must
 * be. What one request leaves behind is there for the next one.
 *
 * @param judge Sends the request, and returns what the answer was
 */
export async function judgeRequests<Stage>(
  request: fc.Arbitrary<WrittenRequest>,
  { seed, count }: FuzzingOptions,
  open: () => Promise<Stage>,
  judge: (stage: Stage, request: WrittenRequest) => Promise<string>,
): Promise<FuzzingOutcomes> {
  const outcomes = new Map<string, number>();
  const printed: string[] = [];
  const property = fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 3 }), async (requests) => {
    const stage = await open();
    for (const sent of requests) {
      const outcome = await judge(stage, sent);
      assert.deepEqual(printed.splice(0), [], "something was printed");
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  });
  const { warn } = console;
  // A library that prints what a client sent prints it as it is.
  console.warn = (...words: unknown[]) => void printed.push(words.join(" "));
  try {
    await fc.assert(property, { seed, numRuns: count });
  } finally {
    console.warn = warn;
  }
  return outcomes;
}
