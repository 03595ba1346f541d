import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryTally } from "../../../../core/relay/http/delivery_tally.ts";

test("DeliveryTally names what was left out, each once, and counts what is beyond fifty", () => {
  const tally = new DeliveryTally(["ann@example.net"], (text) => text);
  const names = Array.from({ length: 60 }, (_, index) => `header X-${index}`);
  tally.omit(names.slice(0, 50));
  assert.deepEqual(tally.report().omitted, names.slice(0, 50));
  tally.omit(names);
  assert.deepEqual(tally.report().omitted, [...names.slice(0, 50), "10 more"]);
});
