import assert from "node:assert/strict";
import { test } from "node:test";
import type { RelayTable } from "../../../core/relay/relay.ts";
import { RelayTableHolder } from "../../../core/relay/relay_table.ts";
import { failTest } from "../../support/memory_operation_context.ts";
import { sampleRelay } from "../../support/sample_relay.ts";
import { sampleRule } from "../../support/sample_rule.ts";

const relays = [sampleRelay("west")];
const rules = [sampleRule("all", "west")];

test("RelayTableHolder hands each new table over, and leaves the old one as it was", () => {
  const holder = new RelayTableHolder(failTest);
  const before = holder.current;
  const tables: RelayTable[] = [];
  const unsubscribe = holder.subscribe((table) => tables.push(table));
  holder.replace({ relays });
  unsubscribe();
  holder.replace({ relays: [] });
  assert.deepEqual(before, { relays: [], rules: [] });
  assert.deepEqual(tables, [{ relays, rules: [] }]);
});

test("RelayTableHolder replaces relays and rules apart", () => {
  const holder = new RelayTableHolder(failTest);
  holder.replace({ rules });
  holder.replace({ relays });
  assert.deepEqual(holder.current, { relays, rules });
});

test("RelayTableHolder reports what a subscriber throws, and tells the others all the same", () => {
  const reported: unknown[] = [];
  const holder = new RelayTableHolder((error) => reported.push(error));
  const failure = new RangeError("planted");
  let told = 0;
  holder.subscribe(() => {
    throw failure;
  });
  holder.subscribe(() => told++);
  holder.replace({ relays });
  assert.deepEqual(reported, [failure]);
  assert.equal(told, 1);
});
