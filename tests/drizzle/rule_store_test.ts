import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import type { RuleStore } from "../../core/routing/rule_store.ts";
import { openRuleStore } from "../../drizzle/rule_store.ts";
import { DatabaseFixture } from "../support/database_fixture.ts";
import { sampleRule } from "../support/sample_rule.ts";

let store: RuleStore;
const fixtures: DatabaseFixture[] = [];

describe("openRuleStore", () => {
  beforeEach(async () => {
    const fixture = new DatabaseFixture();
    fixtures.push(fixture);
    store = openRuleStore(await fixture.open());
  });

  after(() => {
    for (const fixture of fixtures) fixture.remove();
  });

  const rule = (name: string) => sampleRule(name, "west", { senders: ["a.example", "*.b.example"] });

  describe("openRuleStore", () => {
    test("lists rules as they were put, in their order", async () => {
      await store.insert(rule("b"), 0);
      await store.insert(rule("c"), 1);
      await store.insert(rule("a"), 0);
      assert.deepEqual(await store.list(), [rule("a"), rule("b"), rule("c")]);
    });

    test("change replaces a rule where it stands", async () => {
      await fill("a", "b", "c");
      const changed = { ...rule("b"), recipients: ["x.example"], relay: "east" };
      await store.change(changed);
      assert.deepEqual(await store.list(), [rule("a"), changed, rule("c")]);
    });

    test("move takes a rule from any place to any other, and leaves no two at one", async () => {
      const names = ["a", "b", "c", "d"];
      for (const [from, name] of names.entries()) {
        for (const to of names.keys()) {
          await fill(...names);
          await store.move(`rul_${name}`, to);
          const moved = names.toSpliced(from, 1).toSpliced(to, 0, name);
          assert.deepEqual(await order(), moved, `from ${from} to ${to}`);
          await store.insert(rule("z"), 2);
          assert.deepEqual(await order(), moved.toSpliced(2, 0, "z"));
          for (const { id } of await store.list()) await store.remove(id);
        }
      }
    });

    test("remove closes the gap", async () => {
      await fill("a", "b", "c");
      await store.remove("rul_b");
      await store.insert(rule("z"), 1);
      assert.deepEqual(await order(), ["a", "z", "c"]);
    });

    test("insert refuses a name that another rule has, and changes nothing", async () => {
      await fill("a", "b");
      await assert.rejects(store.insert({ ...rule("b"), id: "rul_9" }, 0));
      await store.insert(rule("z"), 1);
      assert.deepEqual(await order(), ["a", "z", "b"]);
    });
  });

  async function fill(...names: readonly string[]): Promise<void> {
    for (const [place, name] of names.entries()) await store.insert(rule(name), place);
  }

  async function order(): Promise<string[]> {
    return (await store.list()).map(({ name }) => name);
  }
});
