import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { Relay } from "../../../core/relay/relay.ts";
import { type Job, RelayLines } from "../../../core/relay/relay_lines.ts";
import { sampleRelay } from "../../support/sample_relay.ts";

describe("RelayLines", () => {
  const north = sampleRelay("north", { concurrency: 2 });
  const south = sampleRelay("south", { concurrency: 2 });
  let hopeless: Relay | null;
  let lines: RelayLines<Job>;

  beforeEach(() => {
    hopeless = null;
    lines = new RelayLines({
      concurrencyOf: (relay) => (relay === hopeless ? 1 : relay.concurrency),
      isHopeless: (relay) => relay === hopeless,
    });
  });

  /** Has that many join; how many could. */
  function join(relay: Relay, count: number, sinceMs = 0): number {
    return Array.from({ length: count }, () => lines.join({ relay, sinceMs })).filter(Boolean).length;
  }

  /** Sends on their way all who can go. */
  function start(nowMs = 0): Job[] {
    const jobs: Job[] = [];
    for (let job = lines.next(nowMs); job !== undefined; job = lines.next(nowMs)) jobs.push(job);
    return jobs;
  }

  /** Has a delivery over `relay` take that long. */
  function deliver(relay: Relay, durationMs: number): void {
    join(relay, 1);
    const [job] = start(0);
    lines.end(job!, durationMs);
  }

  it("sends no more over a relay than its concurrency, the first first", () => {
    const jobs: Job[] = [1, 2, 3].map((sinceMs) => ({ relay: north, sinceMs }));
    for (const job of jobs) lines.join(job);
    assert.deepEqual(start(), jobs.slice(0, 2));
    assert.deepEqual([lines.quick, lines.waiting], [2, 1]);
    lines.end(jobs[0]!, 1);
    assert.deepEqual(start(), [jobs[2]]);
  });

  it("gives the next turn to the relay with the fewest under way", () => {
    join(north, 2);
    const [first] = [lines.next(0)];
    join(south, 1);
    assert.deepEqual([first?.relay.name, lines.next(0)?.relay.name], ["north", "south"]);
  });

  it("counts a delivery that takes long for its relay alone", () => {
    join(north, 2);
    start(0);
    assert.deepEqual(lines.sweep(999), []);
    assert.equal(lines.quick, 2);
    lines.sweep(1000);
    assert.equal(lines.quick, 0);
    assert.equal(lines.roomOf(north), 0);
    assert.equal(join(north, 1), 0);
  });

  it("sends away who has waited too long for a relay without room, and then whoever comes", () => {
    join(north, 3);
    start(0);
    assert.equal(lines.sweep(1000).length, 1);
    assert.deepEqual([lines.isCrowded(north), lines.waiting], [true, 0]);
    assert.equal(join(north, 1), 0);
    assert.equal(join(south, 1), 1);
  });

  it("has no patience without end when the clock is set back", () => {
    join(north, 3, 3_600_000);
    start(3_600_000);
    assert.equal(lines.sweep(0).length, 1);
    assert.equal(lines.quick, 0);
  });

  it("sends nobody away who waits for a worker while the relay has room", () => {
    join(north, 1);
    assert.deepEqual(lines.sweep(5000), []);
  });

  it("lets nobody wait before a relay that is slow", () => {
    deliver(north, 100);
    assert.equal(join(north, 2), 2);
    start();
    assert.equal(join(north, 1), 0);
    assert.ok(lines.isCrowded(north));
  });

  it("has all wait in line, however slow it is, where there is but one", () => {
    lines.isOnlyOne = true;
    deliver(north, 5000);
    join(north, 2);
    start();
    assert.equal(join(north, 3), 3);
    assert.deepEqual(lines.sweep(60_000), []);
    assert.equal(lines.waiting, 3);
    lines.crowd(north);
    assert.deepEqual(lines.crowded(), []);
  });

  it("lets others wait before a relay that is prompt, also after it was slow", () => {
    deliver(north, 5000);
    deliver(north, 99);
    join(north, 2);
    start();
    assert.equal(join(north, 3), 3);
  });

  it("asks for some ahead of their turn, from a relay that is prompt alone", () => {
    assert.equal(lines.roomOf(north), 4);
    join(north, 3);
    assert.equal(lines.roomOf(north), 1);
    const [first, second] = start();
    assert.equal(lines.roomOf(north), 1);
    for (const job of [first!, second!, ...start()]) lines.end(job, 0);
    for (const job of start()) lines.end(job, 0);
    deliver(north, 5000);
    assert.equal(lines.roomOf(north), 2);
    hopeless = south;
    assert.equal(lines.roomOf(south), 1);
  });

  it("names the relays for which others wait elsewhere, until they are relieved", () => {
    lines.crowd(north);
    join(south, 1);
    assert.deepEqual(lines.crowded(), [north]);
    lines.relieve(north);
    assert.deepEqual(lines.crowded(), []);
  });

  it("goes by the concurrency of a changed relay", () => {
    join(north, 2);
    start();
    lines.follow([{ ...north, concurrency: 3 }]);
    assert.equal(join(north, 2), 2);
    assert.equal(start().length, 1);
  });

  it("lets mail over a relay with new settings go at once, whatever is under way over the old ones", () => {
    join(north, 2);
    const old = start();
    const mended = { ...north, settings: { host: "other.example.org" } };
    lines.follow([mended]);
    assert.equal(join(mended, 2), 2);
    assert.equal(start().length, 2);
    for (const job of old) lines.end(job, 90_000);
    join(mended, 1);
    assert.equal(lines.next(0), undefined);
  });

  it("tells what went over a relay as it is now from what went over one that was mended or removed", () => {
    join(north, 2);
    const [first, second] = start();
    lines.follow([{ ...north, concurrency: 3 }, south]);
    assert.equal(lines.end(first!, 0), true);
    lines.follow([south]);
    assert.equal(lines.end(second!, 0), false);
  });
});
