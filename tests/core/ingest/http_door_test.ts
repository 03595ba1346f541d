import assert from "node:assert/strict";
import { test } from "node:test";
import { httpDoor } from "../../../core/ingest/http_door.ts";

function open({ max = 100, maxPerClient = 10 } = {}) {
  const limits = { max, maxPerClient };
  const refused: [code: string, address: string, isStranger: boolean][] = [];
  const admit = httpDoor({
    limits: () => limits,
    isAllowed: (address) => address.startsWith("10."),
    isProxy: (address) => address === "192.0.2.1",
    isOwn: (address, port) => address === "127.0.0.1" && port === 50_000,
    onRefused: ({ code }, address, isStranger) => void refused.push([code, address, isStranger]),
  });
  const enter = (address: string, port = 40_000) => admit(address, port);
  /** How many of `count` connections are taken. */
  const fill = (address: string, count: number) =>
    Array.from({ length: count }, () => enter(address).refusal).filter((refusal) => refusal === null).length;
  return { limits, refused, enter, fill };
}

test("httpDoor takes so many connections of one client, and goes on to take those of others", () => {
  const { fill, refused } = open();
  assert.equal(fill("10.0.0.1", 10_000), 10);
  assert.equal(fill("10.0.0.2", 1), 1);
  assert.deepEqual(refused[0], ["too_many_connections_from_client", "10.0.0.1", false]);
});

test("httpDoor takes so many connections in all", () => {
  const { fill, refused } = open({ max: 25 });
  assert.deepEqual([fill("10.0.0.1", 10), fill("10.0.0.2", 10), fill("10.0.0.3", 10)], [10, 10, 5]);
  assert.deepEqual(refused.at(-1), ["too_many_connections", "10.0.0.3", false]);
});

test("httpDoor gives strangers five connections each and a tenth in all, and takes none of them from clients", () => {
  const { fill, refused } = open({ max: 100 });
  const taken = Array.from({ length: 50 }, (_, n) => fill(`203.0.113.${n}`, 20));
  assert.deepEqual(taken.slice(0, 3), [5, 5, 0]);
  assert.equal(
    refused.every(([, , isStranger]) => isStranger),
    true,
  );
  const clients = Array.from({ length: 10 }, (_, n) => fill(`10.0.0.${n}`, 10));
  assert.deepEqual(clients, Array(10).fill(10));
});

test("httpDoor bounds a trusted proxy with all, and not as one client", () => {
  const { fill, refused } = open({ max: 25 });
  assert.equal(fill("192.0.2.1", 100), 25);
  assert.deepEqual(refused[0], ["too_many_connections", "192.0.2.1", false]);
});

test("httpDoor takes the service's own connections however many there are", () => {
  const { enter, fill } = open({ max: 1, maxPerClient: 1 });
  fill("10.0.0.1", 1);
  assert.equal(enter("127.0.0.1", 50_000).refusal, null);
  assert.notEqual(enter("10.0.0.1").refusal, null);
});

test("httpDoor has a place again when a connection has gone, and a refused one has, too", () => {
  const { enter } = open({ maxPerClient: 1 });
  const [first, second] = [enter("10.0.0.1"), enter("10.0.0.1")];
  assert.notEqual(second.refusal, null);
  first.leave();
  second.leave();
  assert.equal(enter("10.0.0.1").refusal, null);
});

test("httpDoor follows a change of its limits", () => {
  const { limits, enter } = open({ maxPerClient: 1 });
  enter("10.0.0.1");
  assert.notEqual(enter("10.0.0.1").refusal, null);
  limits.maxPerClient = 10;
  assert.equal(enter("10.0.0.1").refusal, null);
});
