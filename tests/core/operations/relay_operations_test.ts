import assert from "node:assert/strict";
import { test } from "node:test";
import { performOperation } from "../../../core/operations/operation_table.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { createMemoryDispatch } from "../../support/memory_operation_context.ts";

test("relay operations carry a relay through its life", async () => {
  const { context, relays } = await createMemoryDispatch();
  const perform = (verb: string, input: object) => performOperation(context, `relay.${verb}`, input);
  await perform("add", { name: "inbox", provider: "local" });
  await perform("add", {
    name: "a",
    provider: "smtp",
    settings: { host: "a.example" },
    concurrency: "2",
    default: true,
  });
  await perform("set", { name: "a", settings: { port: 25 } });
  await perform("disable", { name: "inbox" });
  await perform("enable", { name: "inbox" });
  await perform("set-default", { name: "inbox" });
  assert.deepEqual(await perform("list", {}), relays.list());
  assert.deepEqual(await perform("show", { name: "a" }), await perform("remove", { name: "a" }));
  assert.deepEqual(
    relays.list().map(({ name }) => name),
    ["inbox"],
  );
});

test("relay.test sends through the relay and answers with the conversation, refused or not", async () => {
  const { context } = await createMemoryDispatch();
  await performOperation(context, "relay.add", { name: "a", provider: "smtp", settings: { host: "a.example" } });
  const input = { name: "a", from: "<me@Example.ORG>", to: "you@example.net" };
  const result = (await performOperation(context, "relay.test", input)) as { ok: boolean; transcript: string[] };
  assert.deepEqual([result.ok, result.transcript], [false, ["me@example.org -> you@example.net"]]);
});

test("relay.test refuses what is no address", async () => {
  const { context } = await createMemoryDispatch();
  await performOperation(context, "relay.add", { name: "a", provider: "local" });
  const input = { name: "a", from: "me", to: "you@example.net" };
  const { facts } = await assertRefusal(() => performOperation(context, "relay.test", input), "input_invalid");
  assert.deepEqual(
    facts.violations.map(({ key }) => key),
    ["from"],
  );
});
