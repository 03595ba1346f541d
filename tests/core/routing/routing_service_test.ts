import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { RoutingService } from "../../../core/routing/routing_service.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { createMemoryDispatch, type MemoryDispatch } from "../../support/memory_operation_context.ts";
import { sampleRule } from "../../support/sample_rule.ts";

let dispatch: MemoryDispatch;
let routing: RoutingService;

describe("RoutingService", () => {
  beforeEach(async () => {
    dispatch = await createMemoryDispatch();
    routing = dispatch.routing;
    for (const name of ["main", "west"]) await dispatch.relays.add({ name, provider: "local" });
  });

  describe("RoutingService.add", () => {
    it("takes comma lists and lists, and stores patterns in canonical form, each once", async () => {
      const rule = await routing.add({
        name: "abroad",
        senders: "Example.org, *.BÜCHER.example,example.org",
        recipients: ["*", "[192.0.2.1], a.example"],
        relay: "west",
      });
      assert.partialDeepStrictEqual(rule, {
        name: "abroad",
        position: 1,
        senders: ["example.org", "*.xn--bcher-kva.example"],
        recipients: ["*", "[192.0.2.1]", "a.example"],
        relay: "west",
        problem: null,
      });
      assert.deepEqual(dispatch.ruleStore.rules, dispatch.relayTable.current.rules);
    });

    it("means all mail by what is not given", async () => {
      const rule = await routing.add({ relay: "west" });
      assert.deepEqual([rule.senders, rule.recipients], [["*"], ["*"]]);
    });

    it("makes a name that no rule has", async () => {
      await routing.add({ name: "rule-7", relay: "west" });
      assert.equal((await routing.add({ relay: "west" })).name, "rule-8");
      assert.equal((await routing.add({ relay: "west" })).name, "rule-9");
    });

    it("names all that is wrong at once, and stores nothing", async () => {
      const request = { name: "no spaces", senders: "a.example,,b@c", recipients: ["**"], relay: "vest" };
      const { facts, exitCode } = await assertRefusal(() => routing.add(request), "rule_invalid");
      assert.deepEqual(
        facts.violations.map(({ key, value }) => `${key} ${value}`),
        ['name "no spaces"', 'senders ""', 'senders "b@c"', 'recipients "**"', 'relay "vest"'],
      );
      assert.match(facts.violations.at(-1)!.rule, /such as west/);
      assert.equal(exitCode, 2);
      assert.deepEqual(routing.list(), []);
    });

    it("refuses a list without patterns, and one with too many", async () => {
      await assertRefusal(() => routing.add({ senders: [], relay: "west" }), "rule_invalid");
      const many = Array.from({ length: 1001 }, (_, index) => `d${index}.example`);
      await assertRefusal(() => routing.add({ recipients: many.join(","), relay: "west" }), "rule_invalid");
    });

    it("refuses a name that is taken", async () => {
      await routing.add({ name: "a", relay: "west" });
      await assertRefusal(() => routing.add({ name: "a", relay: "west" }), "rule_exists");
    });

    it("lets one of two that come at once have the name", async () => {
      const add = () => routing.add({ name: "a", relay: "west" });
      const results = await Promise.allSettled([add(), add()]);
      assert.deepEqual(results.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
      assert.equal(routing.list().length, 1);
    });

    it("puts a rule where it was asked to be, and else last", async () => {
      await routing.add({ name: "a", relay: "west" });
      await routing.add({ name: "b", relay: "west" });
      await routing.add({ name: "c", relay: "west", position: 1 });
      await routing.add({ name: "d", relay: "west", before: "b" });
      await routing.add({ name: "e", relay: "west", after: "a" });
      await routing.add({ name: "f", relay: "west", position: 99 });
      assert.deepEqual(order(), ["c", "a", "e", "d", "b", "f"]);
      await assertRefusal(() => routing.add({ relay: "west", before: "x" }), "rule_unknown");
      await assertRefusal(() => routing.add({ relay: "west", before: "a", position: 1 }), "rule_invalid");
      assert.equal(order().length, 6);
    });

    it("refuses more rules, and more pairs of patterns, than there may be", async () => {
      dispatch.ruleStore.rules = Array.from({ length: 10_000 }, (_, index) => sampleRule(`r${index}`, "west"));
      const full = await openAgain();
      await assertRefusal(() => full.add({ relay: "west" }), "rules_too_many");
      const senders = Array.from({ length: 1000 }, (_, index) => `s${index}.example`);
      dispatch.ruleStore.rules = [sampleRule("wide", "west", { senders, recipients: senders.slice(0, 99) })];
      const wide = await openAgain();
      const recipients = ["a.example", "b.example"];
      await assertRefusal(() => wide.add({ senders, recipients, relay: "west" }), "rules_too_many");
      await wide.add({ senders, relay: "west" });
      await assertRefusal(() => wide.set({ name: "rule-1", recipients }), "rules_too_many");
    });
  });

  describe("RoutingService.set", () => {
    it("changes what was given, leaves the rest, and the rule where it stands", async () => {
      await routing.add({ name: "a", senders: "a.example", relay: "west" });
      await routing.add({ name: "b", relay: "west" });
      const rule = await routing.set({ name: "a", recipients: "b.example", relay: "main" });
      assert.partialDeepStrictEqual(rule, {
        position: 1,
        senders: ["a.example"],
        recipients: ["b.example"],
        relay: "main",
      });
    });

    it("changes patterns of a rule whose relay is gone", async () => {
      await routing.add({ name: "a", relay: "west" });
      await dispatch.relays.remove("west");
      assert.match((await routing.set({ name: "a", senders: "a.example" })).problem ?? "", /no relay west/);
    });

    it("refuses an unknown rule, and names the nearest", async () => {
      await assertRefusal(() => routing.set({ name: "abrod" }), "rule_unknown");
      await routing.add({ name: "abroad", relay: "west" });
      const { facts } = await assertRefusal(() => routing.set({ name: "abrod" }), "rule_unknown");
      assert.equal(facts.nearest, "abroad");
    });
  });

  describe("RoutingService.move", () => {
    beforeEach(async () => {
      for (const name of ["a", "b", "c"]) await routing.add({ name, relay: "west" });
    });

    it("puts a rule elsewhere in the order", async () => {
      assert.equal((await routing.move({ name: "c", position: 1 })).position, 1);
      assert.deepEqual(order(), ["c", "a", "b"]);
      await routing.move({ name: "c", position: 3 });
      assert.deepEqual(order(), ["a", "b", "c"]);
      await routing.move({ name: "a", after: "b" });
      assert.deepEqual(order(), ["b", "a", "c"]);
      await routing.move({ name: "c", before: "b" });
      assert.deepEqual(order(), ["c", "b", "a"]);
    });

    it("refuses no place, two places, and one beside itself", async () => {
      await assertRefusal(() => routing.move({ name: "a" }), "rule_invalid");
      await assertRefusal(() => routing.move({ name: "a", position: 1, after: "b" }), "rule_invalid");
      await assertRefusal(() => routing.move({ name: "a", before: "a" }), "rule_invalid");
      await assertRefusal(() => routing.move({ name: "x", position: 1 }), "rule_unknown");
      assert.deepEqual(order(), ["a", "b", "c"]);
    });
  });

  describe("RoutingService", () => {
    it("removes a rule and returns what it was", async () => {
      await routing.add({ name: "a", relay: "west" });
      await routing.add({ name: "b", relay: "west" });
      assert.partialDeepStrictEqual(await routing.remove("a"), { name: "a", position: 1 });
      assert.deepEqual(order(), ["b"]);
      await assertRefusal(() => routing.remove("a"), "rule_unknown");
    });

    it("puts each change in force before it is answered", async () => {
      const followed: string[][] = [];
      dispatch.relayTable.subscribe(({ rules }) => followed.push(rules.map(({ name }) => name)));
      await routing.add({ name: "a", relay: "west" });
      await routing.add({ name: "b", relay: "west", position: 1 });
      await routing.remove("a");
      assert.deepEqual(followed, [["a"], ["b", "a"], ["b"]]);
    });

    it("changes nothing when the store can't", async () => {
      await routing.add({ name: "a", relay: "west" });
      dispatch.ruleStore.insert = () => Promise.reject(new RangeError("planted"));
      await assert.rejects(routing.add({ name: "b", relay: "west" }), /planted/);
      assert.deepEqual(order(), ["a"]);
    });

    it("says of a rule whose relay is disabled or gone that it is skipped", async () => {
      await routing.add({ name: "a", relay: "west" });
      await dispatch.relays.disable("west");
      assert.match(routing.list()[0]?.problem ?? "", /west is disabled.*skipped/);
      await dispatch.relays.remove("west");
      assert.match(routing.list()[0]?.problem ?? "", /no relay west.*skipped/);
    });

    it("reads the rules that are stored", async () => {
      dispatch.ruleStore.rules = [sampleRule("stored", "west")];
      await openAgain();
      assert.equal(dispatch.relayTable.current.rules[0]?.name, "stored");
    });
  });

  function order(): string[] {
    return routing.list().map(({ name, position }, index) => {
      assert.equal(position, index + 1);
      return name;
    });
  }

  function openAgain(): Promise<RoutingService> {
    const { ruleStore, relayTable } = dispatch;
    return RoutingService.open({ store: ruleStore, table: relayTable, uniqueId: (prefix) => prefix });
  }
});
