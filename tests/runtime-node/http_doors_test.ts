import assert from "node:assert/strict";
import { test } from "node:test";
import { RefusalLines } from "../../core/history/refusal_lines.ts";
import { openHttpDoors } from "../../runtime-node/http_doors.ts";
import { OwnProbes } from "../../runtime-node/own_probes.ts";
import { MemoryConfigStore, openMemoryConfig } from "../support/memory_config_store.ts";

async function open() {
  const config = await openMemoryConfig(new MemoryConfigStore());
  const probes = new OwnProbes();
  const lines: (readonly [string, unknown])[] = [];
  const write = (event: string, _message: string, facts?: unknown) => void lines.push([event, facts]);
  const logger = { debug: write, info: write, warn: write, error: write };
  const doors = openHttpDoors({ holder: config.holder, probes, lines: new RefusalLines(logger, () => 0) });
  return { config, probes, lines, ...doors };
}

for (const [app, key] of [
  ["api", "api.trusted_proxies"],
  ["operator", "webui.trusted_proxies"],
] as const) {
  test(`${key} says who is a proxy there, from its change on, and nobody is by default`, async () => {
    const { config, ...doors } = await open();
    assert.equal(doors[app].isProxy("127.0.0.1"), false);
    await config.set({ [key]: ["127.0.0.1", "2001:db8::/32"] });
    const asked = ["127.0.0.1", "::ffff:127.0.0.1", "2001:db8::1", "10.0.0.1"];
    assert.deepEqual(asked.map(doors[app].isProxy), [true, true, true, false]);
    assert.equal(doors[app === "api" ? "operator" : "api"].isProxy("127.0.0.1"), false);
  });
}

test("api.max_connections_per_client bounds one client from its change on, and the log names it", async () => {
  const { config, api, lines } = await open();
  await config.set({ "api.max_connections_per_client": 1 });
  assert.equal(api.admit("10.0.0.1", 1).refusal, null);
  assert.equal(api.admit("10.0.0.1", 2).refusal?.code, "too_many_connections_from_client");
  const facts = { address: "10.0.0.1", app: "api", setting: "api.max_connections_per_client" };
  assert.deepEqual(lines, [["http.connection_refused", facts]]);
});

test("api.max_connections bounds all clients from its change on, but not the service's own connections", async () => {
  const { config, api, probes, lines } = await open();
  await config.set({ "api.max_connections": 1 });
  assert.equal(api.admit("10.0.0.1", 1).refusal, null);
  assert.equal(api.admit("10.0.0.2", 1).refusal?.code, "too_many_connections");
  assert.equal(api.admit("127.0.0.1", probes.reserve()).refusal, null);
  assert.deepEqual(lines[0]?.[1], { address: "10.0.0.2", app: "api", setting: "api.max_connections" });
});

test("a stranger's connections are few, and the log names the list that would let it in", async () => {
  const { config, api, lines } = await open();
  const refused = () => Array.from({ length: 20 }, () => api.admit("203.0.113.9", 1).refusal).filter(Boolean).length;
  assert.equal(refused(), 15);
  assert.deepEqual(lines[0]?.[1], { address: "203.0.113.9", app: "api", setting: "api.allowed_cidrs" });
  await config.set({ "api.allowed_cidrs": ["203.0.113.0/24"] });
  assert.equal(refused(), 0);
});

test("the operator's port takes 50 connections of one client and 200 in all, and everybody while its list is empty", async () => {
  const { config, operator } = await open();
  assert.equal(operator.isAllowed("203.0.113.9"), true);
  const taken = [1, 2, 3, 4, 5].map(
    (n) => Array.from({ length: 100 }, () => operator.admit(`203.0.113.${n}`, 1).refusal).filter((one) => !one).length,
  );
  assert.deepEqual(taken, [50, 50, 50, 50, 0]);
  await config.set({ "webui.allowed_cidrs": ["10.0.0.0/8"] });
  assert.deepEqual([operator.isAllowed("203.0.113.9"), operator.isAllowed("10.0.0.1")], [false, true]);
});
