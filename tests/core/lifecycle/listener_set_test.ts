import assert from "node:assert/strict";
import { test } from "node:test";
import { DispatchError } from "../../../core/error/mod.ts";
import { type ListenerSpec, nameListener } from "../../../core/lifecycle/listener_plan.ts";
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

const smtp: ListenerSpec = { kind: "smtp", port: 25 };
const submission: ListenerSpec = { kind: "smtp", port: 587 };
const standIn: ListenerSpec = { kind: "smtp", port: 2525 };

/** Starts a set on a host where some ports can't be bound, and tells what is up, what is not, and what was logged. */
async function startWithout(ports: readonly number[], specs: readonly ListenerSpec[]) {
  const asked: number[] = [];
  const logged: string[] = [];
  const log = (event: string) => void logged.push(event);
  const set: ListenerSet<FakeListener> = new ListenerSet({
    async open({ kind, port }) {
      asked.push(port);
      if (!ports.includes(port)) return { served: "", close: async () => {} };
      throw new DispatchError("listener_unbindable", { listener: kind, port, reason: "it is in use" });
    },
    catchUp: () => {},
    logger: { debug: log, info: log, warn: log, error: log },
    graceMs: 0,
  });
  await set.start(specs);
  return { up: set.bound.map(nameListener), down: set.unbound.map(nameListener), asked, logged };
}

test("ListenerSet.start has port 2525 stand in for port 25 where that can't be bound, and says so", async () => {
  assert.deepEqual(await startWithout([25], [smtp, submission, https]), {
    up: ["smtp:2525", "smtp:587", "https:8026"],
    down: ["smtp:25"],
    asked: [25, 2525, 587, 8026],
    logged: ["listener.unbindable", "listener.stand_in"],
  });
});

test("ListenerSet.start has nothing stand in for another port, or for one that can be bound", async () => {
  assert.deepEqual((await startWithout([587], [smtp, submission])).up, ["smtp:25"]);
});

test("ListenerSet.start does not bind port 2525 twice", async () => {
  assert.deepEqual((await startWithout([25], [smtp, standIn])).asked, [25, 2525]);
});

test("ListenerSet.start leaves SMTP off where no port of it can be bound, names each, and the rest is up", async () => {
  assert.deepEqual(await startWithout([25, 587, 2525], [smtp, submission, https]), {
    up: ["https:8026"],
    down: ["smtp:25", "smtp:2525", "smtp:587"],
    asked: [25, 2525, 587, 8026],
    logged: ["listener.unbindable", "listener.unbindable"],
  });
});
