import assert from "node:assert/strict";
import { test } from "node:test";
import { writeSurely } from "../../../core/config/write_surely.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { MemoryConfigStore } from "../../support/memory_config_store.ts";

const rows = [{ key: "api.port", json: "8125" }];
const gone = new TypeError("the database thread ended");

test("writeSurely fails as the write does when the table does not hold it", async () => {
  const store = new MemoryConfigStore();
  store.failure = gone;
  await assert.rejects(writeSurely(store, rows, []), gone);
  store.put("api.tls_port", "8126");
  await assert.rejects(writeSurely(store, [], ["api.tls_port"]), gone);
});

test("writeSurely succeeds when the write was made and its answer lost", async () => {
  const store = new MemoryConfigStore();
  store.put("api.tls_port", "8126");
  store.lostAnswer = gone;
  await writeSurely(store, rows, ["api.tls_port"]);
  assert.deepEqual([...store.rows.keys()], ["api.port"]);
});

test("writeSurely says that it does not know when the table can't be read either", async () => {
  const store = new MemoryConfigStore();
  store.lostAnswer = gone;
  store.readFailure = gone;
  const { facts } = await assertRefusal(() => writeSurely(store, rows, []), "config_uncertain");
  assert.deepEqual(facts, { keys: ["api.port"], reason: "the database thread ended" });
});
