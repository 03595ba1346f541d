import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListenerSpec } from "../../../core/lifecycle/listener_plan.ts";
import { ListenerSet } from "../../../core/lifecycle/listener_set.ts";

/** A listener that keeps what was in force when it was opened, until it is told of something else. */
interface FakeListener {
  served: string;
  close(): Promise<void>;
}

/** A set whose listeners serve `world.current`; those that are bound are told of each change, as certificates are. */
function openSet(world: { current: string }) {
  const silent = () => {};
  const set: ListenerSet<FakeListener> = new ListenerSet({
    open: async () => ({ served: world.current, close: async () => {} }),
    catchUp: ({ listener }) => {
      listener.served = world.current;
    },
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    graceMs: 0,
  });
  const change = (next: string): void => {
    world.current = next;
    for (const { listener } of set.bound) listener.served = next;
  };
  return { set, change };
}

const https: ListenerSpec = { kind: "https", port: 8026 };
const moved: ListenerSpec = { kind: "https", port: 8443 };

test("ListenerSet brings a listener up to date that was bound before a change and is put in the set after it", async () => {
  const { set, change } = openSet({ current: "old" });
  await set.start([https]);
  const prepared = await set.prepare([moved], [https]);
  change("new");
  prepared.commit();
  assert.deepEqual(
    set.bound.map(({ port, listener }) => [port, listener.served]),
    [[8443, "new"]],
  );
});

test("ListenerSet brings a listener up to date that was being bound by the start during a change", async () => {
  const { set, change } = openSet({ current: "old" });
  const started = set.start([https]);
  change("new");
  await started;
  assert.deepEqual(
    set.bound.map(({ port, listener }) => [port, listener.served]),
    [[8026, "new"]],
  );
});
