import assert from "node:assert/strict";
import { test } from "node:test";
import { sendOperatorRequests } from "../../support/admin_fuzzing.ts";

/** Each runtime tries requests of its own; a failure names seed and request. */
const seed = "Bun" in globalThis ? 1 : 2;

test("the admin API answers every request as its document says, whole or broken, and nothing fails inside", async () => {
  const outcomes = await sendOperatorRequests({ seed, count: 150 });
  const met = [
    "200",
    "201",
    "400 body_malformed",
    "404 relay_unknown",
    "415 media_type_unsupported",
    "422 input_invalid",
  ];
  for (const outcome of met) assert.ok(outcomes.has(outcome), `${outcome}: ${[...outcomes].join()}`);
});
