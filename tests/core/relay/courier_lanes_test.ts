import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Courier } from "../../../core/relay/courier.ts";
import type { RelayTable } from "../../../core/relay/relay.ts";
import type { LaneRooms, SqliteSpool } from "../../../core/spool/mod.ts";
import { startCourier, stopCourier } from "../../support/courier_stage.ts";
import { HeldTransport } from "../../support/held_transport.ts";
import { sampleRelay } from "../../support/sample_relay.ts";
import { newMessage, SpoolFixture } from "../../support/spool_fixture.ts";

/** Lets everything go on until the condition holds; the clock stands still. */
async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const patience = AbortSignal.timeout(50_000);
  while (!(await holds())) {
    assert.ok(!patience.aborted, `waited in vain for ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A spool that counts what is claimed, and what is held. */
class CountedSpool {
  claims = 0;
  held = 0;
  mostHeld = 0;
  readonly #spool: SqliteSpool;

  constructor(spool: SqliteSpool) {
    this.#spool = spool;
  }

  async claim(max: number, signal: AbortSignal, rooms?: LaneRooms) {
    this.claims++;
    const messages = await this.#spool.claim(max, signal, rooms);
    this.held += messages.length;
    this.mostHeld = Math.max(this.mostHeld, this.held);
    return messages;
  }

  async settle(settlement: Parameters<SqliteSpool["settle"]>[0]): Promise<void> {
    await this.#spool.settle(settlement);
    if (settlement.next !== "processing") this.held--;
  }

  async park(ids: readonly string[], lane: string): Promise<void> {
    await this.#spool.park(ids, lane);
    this.held -= ids.length;
  }
}

describe("Courier on a real spool", () => {
  let fixture: SpoolFixture;
  let spool: SqliteSpool;
  let counted: CountedSpool;
  let transport: HeldTransport;
  let table: RelayTable;
  let courier: Courier;

  beforeEach(() => {
    fixture = new SpoolFixture();
    spool = fixture.open(":memory:");
    counted = new CountedSpool(spool);
    transport = new HeldTransport();
    transport.answers.set("main", "delivered");
    table = tableWith({});
    start();
  });

  afterEach(async () => {
    await stopCourier(courier, fixture.clock);
    await spool.close();
    fixture.remove();
  });

  function start(): void {
    courier = startCourier({
      spool: counted,
      relays: () => table,
      settings: () => ({ workerCount: 4, retry: { maxRetries: 3, delaysSeconds: [30] } }),
      transportFor: () => transport,
      clock: fixture.clock,
    });
  }

  /** Starts another courier on the spool in the file. */
  async function startAgain(): Promise<void> {
    await stopCourier(courier, fixture.clock);
    await spool.close();
    spool = fixture.open();
    counted = new CountedSpool(spool);
    fixture.clock.now += 1;
    start();
  }

  function tableWith(dead: Parameters<typeof sampleRelay>[1]): RelayTable {
    const rule = { id: "rul_1", name: "to the dead", senders: ["*"], recipients: ["dead.example"], relay: "dead" };
    return { relays: [sampleRelay("main", { isDefault: true }), sampleRelay("dead", dead)], rules: [rule] };
  }

  /** Stores messages, one millisecond after the other, and returns their recipients. */
  async function store(count: number, domain: string): Promise<string[]> {
    const addresses = Array.from({ length: count }, (_, n) => `${n}@${domain}`);
    const stored = addresses.map((address) =>
      spool.append(newMessage({ recipients: [{ address, kind: "to" }], acceptedAtMs: fixture.clock.now++ })),
    );
    await Promise.all(stored);
    return addresses;
  }

  /** Stores messages for the relay that hangs, and waits until those that it has no room for are out of the way. */
  async function fillDeadRelay(count: number): Promise<string[]> {
    const addresses = await store(count, "dead.example");
    await until("the relay to be full", () => transport.sent.length === 4);
    await until("the courier to have its hands full", () => counted.held === 8);
    fixture.clock.advance(1000);
    await until("the rest to be parked", () => counted.held === 4);
    return addresses;
  }

  async function delivered(count: number): Promise<void> {
    await until("the delivery", async () => (await spool.eventCounts()).delivered === count);
  }

  it("delivers over a living relay at once while ten thousand messages wait for one that hangs", async () => {
    await fillDeadRelay(10_000);
    const { claims } = counted;
    const { reads } = fixture;
    await store(1, "living.example");
    await delivered(1);
    assert.ok(counted.claims - claims <= 3, `${counted.claims - claims} claims`);
    assert.ok(fixture.reads - reads <= 60, `${fixture.reads - reads} rows read`);
    assert.equal(transport.mostOver.get("dead"), 4);
    assert.ok(counted.mostHeld <= 100, `${counted.mostHeld} messages held`);
  });

  it("delivers over a living relay at once while a thousand messages fall due for one that refused", async () => {
    transport.answers.set("dead", "temporary");
    await store(1000, "dead.example");
    await until("all to have been tried", async () => (await spool.counts()).retrying === 1000);
    transport.answers.delete("dead");
    fixture.clock.advance(60_000);
    await until("the first to be tried again", () => transport.sent.length === 1001);
    const { claims } = counted;
    await store(5, "living.example");
    await delivered(5);
    assert.ok(counted.claims - claims <= 20, `${counted.claims - claims} claims`);
    // A relay that fails all the time is tried by one message at a time.
    assert.equal(transport.mostOver.get("dead"), 1);
  });

  it("sends what waited, in its order, once the relay has come back", async () => {
    const addresses = await fillDeadRelay(300);
    transport.answers.set("dead", "delivered");
    transport.letGo();
    await delivered(300);
    assert.deepEqual(transport.addressesOver("dead"), addresses);
  });

  it("writes the lane of a message once, however long it waits", async () => {
    await fillDeadRelay(50);
    const { commits } = fixture;
    for (let minute = 0; minute < 10; minute++) {
      fixture.clock.advance(60_000);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    assert.equal(fixture.commits, commits);
  });

  it("writes nothing about what waits where all mail goes over one relay", async () => {
    table = { relays: [sampleRelay("dead", { isDefault: true }), sampleRelay("unused")], rules: [] };
    courier.relaysChanged();
    await store(20, "dead.example");
    await until("the relay to be full", () => transport.sent.length === 4);
    const { commits } = fixture;
    for (let minute = 0; minute < 10; minute++) {
      fixture.clock.advance(60_000);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    assert.equal(fixture.commits, commits);
    assert.ok(counted.held <= 12, `${counted.held} messages held`);
    transport.answers.set("dead", "delivered");
    transport.letGo();
    await delivered(20);
  });

  it("routes anew what waited when the relays have changed", async () => {
    await fillDeadRelay(20);
    const { relays, rules } = tableWith({});
    table = { relays, rules: rules.map((rule) => ({ ...rule, recipients: ["other.example"] })) };
    courier.relaysChanged();
    await delivered(16);
    assert.equal(transport.addressesOver("main").length, 16);
  });

  it("routes anew what waited when the service starts again", async () => {
    await startAgain();
    await fillDeadRelay(20);
    transport.answers.set("dead", "delivered");
    await startAgain();
    await until("the spool to be empty", async () => {
      // What was broken off has to fall due again.
      fixture.clock.advance(30_000);
      const { queued, processing, retrying } = await spool.counts();
      return queued + processing + retrying === 0;
    });
  });
});
