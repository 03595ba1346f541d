import assert from "node:assert/strict";
import { test } from "node:test";
import { performOperation } from "../../../core/operations/operation_table.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { createMemoryDispatch } from "../../support/memory_operation_context.ts";

const password = "correct horse";

async function setUp() {
  const dispatch = await createMemoryDispatch();
  const perform = (verb: string, input: object) => performOperation(dispatch.context, `user.${verb}`, input);
  return { ...dispatch, perform };
}

test("user operations carry a user through its life", async () => {
  const { users, perform } = await setUp();
  const signIn = (given: string) => users.ring.signIn({ name: "printer", password: given, address: "10.0.0.1" });
  await perform("add", { name: "Printer", password });
  assert.ok(typeof (await signIn(password)) !== "string");
  await perform("password", { name: "PRINTER", password: "another horse" });
  assert.equal(await signIn(password), "password");
  assert.ok(typeof (await signIn("another horse")) !== "string");
  await perform("set", { name: "printer", allowedAddresses: ["192.0.2.0/24"] });
  assert.equal(await signIn("another horse"), "address");
  assert.deepEqual(await perform("list", {}), await users.service.list());
  await perform("remove", { name: "printer" });
  assert.equal(await signIn("another horse"), "unknown");
  assert.deepEqual(await perform("list", {}), []);
});

test("user.add and user.set put ranges and senders into the form of the settings", async () => {
  const { perform } = await setUp();
  const limits = {
    allowedAddresses: ["10.1.2.3/8", "::ffff:192.0.2.1", "10.0.0.0/8"],
    allowedSenders: ["Example.org", "*@example.org", "Me@Example.com"],
  };
  const kept = {
    allowedAddresses: ["10.0.0.0/8", "192.0.2.1/32"],
    allowedSenders: ["*@example.org", "Me@example.com"],
  };
  for (const [verb, input] of [
    ["add", { name: "printer", password, ...limits }],
    ["set", { name: "printer", ...limits }],
  ] as const) {
    const { allowedAddresses, allowedSenders } = (await perform(verb, input)) as typeof kept;
    assert.deepEqual({ allowedAddresses, allowedSenders }, kept);
  }
});

for (const [what, input, key, rule] of [
  ["a name with a space", { name: "the printer" }, "name", /must be a name of 1 to 128 characters without spaces/],
  ["no name", { name: undefined }, "name", /must be a name/],
  ["a network that is none", { allowedAddresses: ["10.0.0.0/33"] }, "allowedAddresses", /CIDR ranges/],
  ["one network that is no list", { allowedAddresses: "10.0.0.0/8" }, "allowedAddresses", /must be a list/],
  ["a sender that is none", { allowedSenders: ["a@b@c"] }, "allowedSenders", /must be an address, or a domain/],
  ["too many senders", { allowedSenders: Array(1001).fill("a@b.c") }, "allowedSenders", /at most 1000/],
  ["what is not known", { quota: 5 }, "quota", /is not known here/],
] as const) {
  test(`user.add refuses ${what}, and says why`, async () => {
    const { users, perform } = await setUp();
    const { facts } = await assertRefusal(
      () => perform("add", { name: "printer", password, ...input }),
      "input_invalid",
    );
    assert.deepEqual(
      facts.violations.map((violation) => violation.key),
      [key],
    );
    assert.match(facts.violations[0]!.rule, rule);
    assert.equal(users.store.rows.size, 0);
  });
}

test("user operations repeat no password that was refused", async () => {
  const { perform } = await setUp();
  await perform("add", { name: "printer", password });
  const wrong = [{ hunter2: 1 }, ["hunter2"], "hunter2".repeat(10_000), "hunter2", "hunter2\0"];
  for (const verb of ["add", "password"]) {
    for (const given of wrong) {
      await assert.rejects(
        () => perform(verb, { name: "other", password: given }),
        (error) => error instanceof Error && !JSON.stringify([error, error.message]).includes("hunter2"),
      );
    }
  }
});
