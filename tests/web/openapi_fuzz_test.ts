import assert from "node:assert/strict";
import { test } from "node:test";
import { sendAllowedRequests, sendBrokenRequests } from "../support/openapi_fuzzing.ts";

/** Each runtime tries requests of its own; a failure names seed and request. */
const seed = "Bun" in globalThis ? 1 : 2;

test("the ingestion API takes every request that its document allows", async () => {
  const outcomes = await sendAllowedRequests({ seed, count: 200 });
  assert.ok(outcomes.get("202")! > 100, [...outcomes].join());
});

test("the ingestion API answers every broken request as its document says, and nothing is left of it", async () => {
  const outcomes = await sendBrokenRequests({ seed, count: 400 });
  const met = ["202", "400 body_malformed", "400 body_incomplete", "415 media_type_unsupported", "422 request_invalid"];
  for (const outcome of met) assert.ok(outcomes.has(outcome), `${outcome}: ${[...outcomes].join()}`);
});
