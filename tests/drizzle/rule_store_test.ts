import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import type { RuleStore } from "../../core/routing/rule_store.ts";
import { openRuleStore } from "../../drizzle/rule_store.ts";
import { DatabaseFixture } from "../support/database_fixture.ts";
import { sampleRule } from "../support/sample_rule.ts";

let store: RuleStore;
const fixtures: DatabaseFixture[] = [];

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

  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) {
      test(`move takes a rule from ${from} to ${to}`, async () => {
        const names = ["a", "b", "c", "d"];
        await fill(...names);
        await store.move(`rul_${names[from]}`, to);
        const others = names.filter((_, index) => index !== from);
        assert.deepEqual(await order(), others.toSpliced(to, 0, names[from]!));
        // No two are at one place now: whatever is put between them goes there.
        await store.insert(rule("z"), 2);
        assert.equal((await order()).indexOf("z"), 2);
      });
    }
  }

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
