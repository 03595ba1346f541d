import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { LaneRooms, SqliteSpool } from "../../../core/spool/mod.ts";
import { newMessage, SpoolFixture } from "../../support/spool_fixture.ts";

const never = new AbortController().signal;

describe("SqliteSpool with lanes", () => {
  let fixture: SpoolFixture;
  let spool: SqliteSpool;

  beforeEach(() => {
    fixture = new SpoolFixture();
    spool = fixture.open();
  });

  afterEach(async () => {
    await spool.close().catch(() => undefined);
    fixture.remove();
  });

  /** Stores that many messages, a millisecond apart, and returns their ids. */
  async function store(count: number): Promise<string[]> {
    const messages = Array.from({ length: count }, () => newMessage({ acceptedAtMs: fixture.clock.now++ }));
    await Promise.all(messages.map((message) => spool.append(message)));
    return messages.map(({ id }) => id);
  }

  async function claim(max: number, rooms?: LaneRooms): Promise<string[]> {
    const claimed = await spool.claim(max, never, rooms);
    return claimed.map(({ entry }) => entry.id);
  }

  /** What can be claimed now; nothing is waited for. */
  async function claimAtOnce(max: number, rooms?: LaneRooms): Promise<string[]> {
    const stop = new AbortController();
    const claimed = spool.claim(max, stop.signal, rooms);
    stop.abort();
    return (await claimed).map(({ entry }) => entry.id);
  }

  it("hands out the longest waiting of all lanes first", async () => {
    const [a, b, c, d] = (await store(4)) as [string, string, string, string];
    await claim(4);
    await spool.park([b], "north");
    await spool.park([a, d], "south");
    await spool.park([c], "");
    assert.deepEqual(await claim(3), [a, b, c]);
    assert.deepEqual(await claim(3), [d]);
  });

  it("hands out nothing from a busy lane, and what is in the others", async () => {
    const [a, b] = (await store(2)) as [string, string];
    await claim(1);
    await spool.park([a], "north");
    const rooms = new Map([["north", 0]]);
    assert.deepEqual(await claim(2, rooms), [b]);
    assert.deepEqual(await claimAtOnce(2, rooms), []);
    assert.deepEqual(await claim(2), [a]);
  });

  it("hands out no more from a lane than it has room for", async () => {
    const ids = await store(5);
    await claim(5);
    await spool.park(ids, "north");
    const rooms = new Map([["north", 2]]);
    assert.deepEqual(await claim(5, rooms), ids.slice(0, 2));
    assert.deepEqual(await claim(5, rooms), ids.slice(2, 4));
  });

  it("tells in which lane a message waited", async () => {
    const ids = await store(1);
    assert.equal((await spool.claim(1, never))[0]?.lane, "");
    await spool.park(ids, "north");
    assert.equal((await spool.claim(1, never))[0]?.lane, "north");
  });

  it("keeps the lanes over a restart", async () => {
    const ids = await store(1);
    await claim(1);
    await spool.park(ids, "north");
    await spool.close();
    spool = fixture.open();
    assert.deepEqual(await claimAtOnce(1, new Map([["north", 0]])), []);
    assert.deepEqual(await claim(1), ids);
  });

  it("leaves a parked message as due, and as it was", async () => {
    const [id] = (await store(1)) as [string];
    const before = await spool.find(id);
    await claim(1);
    await spool.park([id], "north");
    assert.deepEqual(await spool.find(id), before);
    assert.deepEqual([(await spool.counts()).queued, (await spool.counts()).processing], [1, 0]);
  });

  it("writes nothing to put a message back where it was", async () => {
    const ids = await store(1);
    await claim(1);
    await spool.park(ids, "north");
    await claim(1);
    const commits = fixture.commits;
    await spool.park(ids, "north");
    assert.equal(fixture.commits, commits);
    assert.deepEqual(await claim(1), ids);
  });

  it("wakes a claim that waits when a message is parked in a lane with room", async () => {
    const ids = await store(1);
    await claim(1);
    const waiting = claim(1);
    await spool.park(ids, "north");
    assert.deepEqual(await waiting, ids);
  });

  it("wakes for what falls due in a lane with room, not for what does in a busy one", async () => {
    const [a, b] = (await store(2)) as [string, string];
    const [first, second] = (await spool.claim(2, never)).map(({ entry }) => entry);
    const { now } = fixture.clock;
    const later = { next: "retrying", attempts: 1, lastError: null, events: [] } as const;
    await spool.settle({ ...later, id: a, recipients: first!.recipients, dueAtMs: now + 1000, lane: "north" });
    await spool.settle({ ...later, id: b, recipients: second!.recipients, dueAtMs: now + 2000, lane: "south" });
    const waiting = claim(2, new Map([["north", 0]]));
    await new Promise((resolve) => setImmediate(resolve));
    const reads = fixture.reads;
    fixture.clock.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(fixture.reads, reads);
    fixture.clock.advance(1000);
    assert.deepEqual(await waiting, [b]);
  });

  it("stores how far a message is while its claim goes on", async () => {
    const [id] = (await store(1)) as [string];
    const [claimed] = await spool.claim(1, never);
    const recipients = claimed!.entry.recipients.map((one) => ({ ...one, state: "delivered" as const }));
    await spool.settle({ id, next: "processing", recipients, attempts: 1, lastError: null, events: [] });
    assert.equal((await spool.find(id))?.state, "processing");
    assert.deepEqual(await claimAtOnce(1), []);
    await spool.close();
    spool = fixture.open();
    assert.deepEqual((await spool.claim(1, never))[0]?.entry.recipients, recipients);
  });

  it("makes a retried message due at once, in no lane, all that was counted forgotten", async () => {
    const [id] = (await store(1)) as [string];
    const [claimed] = await spool.claim(1, never);
    const tried = { attempts: 3, dueAtMs: fixture.clock.now + 9e6, failingSinceMs: 1, fallback: "spare" };
    const recipients = claimed!.entry.recipients.map((one) => ({ ...one, ...tried }));
    const dueAtMs = fixture.clock.now + 9e6;
    const waiting = { id, attempts: 3, lastError: null, events: [], recipients, dueAtMs };
    await spool.settle({ ...waiting, next: "retrying", lane: "north" });
    await spool.retry(id);
    const [again] = await spool.claim(1, never, new Map([["north", 0]]));
    assert.deepEqual(again?.entry.recipients, [{ address: "you@example.org", kind: "to", state: "pending" }]);
  });

  it("reads as many rows to find what is due beside ten thousand waiting messages as beside ten", async () => {
    async function readsToClaim(): Promise<number> {
      const before = fixture.reads;
      const ids = await claim(1, new Map([["north", 0]]));
      const reads = fixture.reads - before;
      await spool.park(ids, "north");
      return reads;
    }
    async function waitInTheNorth(count: number): Promise<void> {
      const ids = await store(count);
      await claim(count);
      await spool.park(ids, "north");
    }
    await waitInTheNorth(10);
    await store(1);
    const reads = await readsToClaim();
    await waitInTheNorth(9990);
    await store(1);
    assert.equal(await readsToClaim(), reads);
  });
});
