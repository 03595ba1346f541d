import assert from "node:assert/strict";
import { test } from "node:test";
import { performOperation } from "../../../core/operations/operation_table.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { createMemoryDispatch } from "../../support/memory_operation_context.ts";

const refused: readonly (readonly [name: string, input: object, key: string])[] = [
  ["route.add", { relay: "west", senders: [] }, "senders"],
  ["route.add", { relay: "west", senders: Array(1001).fill("a.example") }, "senders"],
  ["route.add", { relay: "west", recipients: "x".repeat(65_537) }, "recipients"],
  ["route.add", { relay: "west", recipients: { a: 1 } }, "recipients"],
  ["route.move", { name: "first", position: 0 }, "position"],
  ["route.simulate", { from: "", to: [] }, "to"],
  ["route.simulate", { from: "", to: Array(101).fill("you@b.example") }, "to"],
  ["route.simulate", { from: "you", to: "you@b.example" }, "from"],
];

for (const [name, input, key] of refused) {
  test(`${name} refuses ${JSON.stringify(input).slice(0, 50)} by its rule`, async () => {
    const { context } = await createMemoryDispatch();
    const { facts } = await assertRefusal(() => performOperation(context, name, input), "input_invalid");
    assert.deepEqual(
      facts.violations.map((violation) => violation.key),
      [key],
    );
    assert.match(facts.violations[0]!.rule, /^must be an? /);
  });
}

test("route.simulate normalises addresses as an envelope does", async () => {
  const { context, relays, routing } = await createMemoryDispatch();
  await relays.add({ name: "main", provider: "local" });
  await routing.add({ name: "books", recipients: "bücher.example", relay: "main" });
  const answer = await performOperation(context, "route.simulate", { from: "<>", to: "<You@BÜCHER.example>" });
  assert.partialDeepStrictEqual(answer, { recipient: "You@xn--bcher-kva.example", rule: "books" });
});
