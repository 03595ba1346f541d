import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { createMemoryDispatch } from "../../support/memory_operation_context.ts";

const smartHost = { name: "smarthost", provider: "smtp", settings: { host: "mail.example.org" } };

test("RelayService.set changes limits and fallback, and null takes them away", async () => {
  const { relays } = await createMemoryDispatch();
  await relays.add({ name: "inbox", provider: "local" });
  const limits = { concurrency: 2, maxMessageBytes: 4096, fallback: "inbox", fallbackAfterSeconds: 0 };
  assert.partialDeepStrictEqual(await relays.add({ ...smartHost, ...limits }), limits);
  assert.partialDeepStrictEqual(relays.find("smarthost"), limits);
  const none = { maxMessageBytes: null, fallback: null };
  assert.partialDeepStrictEqual(await relays.set({ name: "smarthost", ...none }), { ...limits, ...none });
});

test("RelayService.add names all that is wrong with limits at once", async () => {
  const { relays } = await createMemoryDispatch();
  const request = { maxMessageBytes: 1023, fallback: "a", fallbackAfterSeconds: 2_592_001, concurrency: 0 };
  const { facts } = await assertRefusal(
    () => relays.add({ name: "a", provider: "local", ...request }),
    "relay_invalid",
  );
  const keys = facts.violations.map(({ key }) => key);
  assert.deepEqual(keys, ["concurrency", "maxMessageBytes", "fallback", "fallbackAfterSeconds"]);
});

test("RelayService.set refuses a fallback that is not there, and one that leads back", async () => {
  const { relays } = await createMemoryDispatch();
  await relays.add({ name: "a", provider: "local" });
  await relays.add({ name: "b", provider: "local", fallback: "a" });
  await relays.add({ name: "c", provider: "local", fallback: "b" });
  const rulesOf = async (fallback: string) => {
    const { facts } = await assertRefusal(() => relays.set({ name: "a", fallback }), "relay_invalid");
    return facts.violations.map(({ rule }) => rule);
  };
  assert.deepEqual(await rulesOf("a"), ["must be another relay"]);
  assert.deepEqual(await rulesOf("cc"), ["must be another relay, such as c"]);
  assert.deepEqual(await rulesOf("b"), ["must not lead back to a, as b does"]);
  assert.deepEqual(await rulesOf("c"), ["must not lead back to a, as c, b does"]);
});

test("RelayService.remove refuses the fallback of another relay, and names that one", async () => {
  const { relays } = await createMemoryDispatch();
  await relays.add({ name: "a", provider: "local" });
  await relays.add({ name: "b", provider: "local" });
  await relays.set({ name: "a", fallback: "b" });
  const { facts } = await assertRefusal(() => relays.remove("b"), "relay_is_fallback");
  assert.deepEqual(facts.of, ["a"]);
  await relays.set({ name: "a", fallback: null });
  assert.equal((await relays.remove("b")).name, "b");
});
