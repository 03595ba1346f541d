import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Courier } from "../../../core/relay/courier.ts";
import type { Relay, RelayTable } from "../../../core/relay/relay.ts";
import type { SqliteSpool } from "../../../core/spool/mod.ts";
import { settled, startCourier, stopCourier } from "../../support/courier_stage.ts";
import { HeldTransport } from "../../support/held_transport.ts";
import { sampleRelay } from "../../support/sample_relay.ts";
import { newMessage, SpoolFixture } from "../../support/spool_fixture.ts";

describe("Courier with a fallback", () => {
  let fixture: SpoolFixture;
  let spool: SqliteSpool;
  let transport: HeldTransport;
  let table: RelayTable;
  let maxRetries: number;
  let courier: Courier;

  beforeEach(() => {
    fixture = new SpoolFixture();
    spool = fixture.open();
    transport = new HeldTransport();
    transport.answers.set("first", "temporary").set("spare", "delivered").set("last", "delivered");
    maxRetries = 10;
    table = tableOf({ fallback: "spare", fallbackAfterSeconds: 100 });
    courier = startCourier({
      spool,
      relays: () => table,
      settings: () => ({ workerCount: 4, retry: { maxRetries, delaysSeconds: [40] } }),
      transportFor: () => transport,
      clock: fixture.clock,
    });
  });

  afterEach(async () => {
    await stopCourier(courier, fixture.clock);
    await spool.close();
    fixture.remove();
  });

  function tableOf(first: Partial<Relay>, ...others: Relay[]): RelayTable {
    const relays = [sampleRelay("first", { isDefault: true, ...first }), sampleRelay("spare"), ...others];
    return {
      relays: relays.filter((one, n) => relays.findLastIndex(({ name }) => name === one.name) === n),
      rules: [],
    };
  }

  /** Stores a message to that recipient, and lets it be tried. */
  async function send(name: string): Promise<string> {
    const recipients = [{ address: `${name}@example.org`, kind: "to" as const }];
    const message = newMessage({ recipients, acceptedAtMs: fixture.clock.now });
    await spool.append(message);
    await settled();
    return message.id;
  }

  async function pass(seconds: number): Promise<void> {
    fixture.clock.advance(seconds * 1000);
    await settled();
  }

  /** The relays that were tried since the last call, in order. */
  function tried(): string[] {
    return transport.sent.splice(0).map(({ relay }) => relay.name);
  }

  async function loggedRelays(event: string): Promise<string[]> {
    const { rows } = await spool.takeHistory(1000, AbortSignal.timeout(1000));
    const events = rows.map((row) => JSON.parse(row) as { event: string; relay: string });
    return events.filter((row) => row.event === event).map(({ relay }) => relay);
  }

  it("sends over the fallback when all attempts have failed for the time that the relay says", async () => {
    await send("a");
    await pass(40);
    await pass(40);
    assert.deepEqual(tried(), ["first", "first", "first"]);
    await pass(19);
    assert.deepEqual(tried(), []);
    await pass(1);
    assert.deepEqual(tried(), ["spare"]);
    assert.deepEqual(await loggedRelays("delivered"), ["spare"]);
    assert.deepEqual(await loggedRelays("retrying"), ["first", "first", "first"]);
  });

  it("waits for the fallback when the retries are over before its time", async () => {
    maxRetries = 0;
    await send("a");
    assert.equal((await spool.counts()).failed, 0);
    await pass(100);
    assert.deepEqual(tried(), ["first", "spare"]);
  });

  it("stays on the fallback once it is there, its attempts counted anew, until those are over", async () => {
    transport.answers.set("spare", "temporary");
    maxRetries = 1;
    const id = await send("a");
    await pass(40);
    await pass(60);
    transport.answers.set("first", "delivered");
    assert.equal((await spool.find(id))?.attempts, 1);
    await pass(40);
    assert.deepEqual(tried(), ["first", "first", "spare", "spare"]);
    const entry = await spool.find(id);
    assert.deepEqual([entry?.state, entry?.recipients[0]?.relay, entry?.lastError], ["failed", "spare", "450 later"]);
  });

  it("does not use the fallback for what was refused for good", async () => {
    transport.answers.set("first", "permanent");
    const id = await send("a");
    await pass(1000);
    assert.deepEqual(tried(), ["first"]);
    assert.equal((await spool.find(id))?.state, "failed");
  });

  it("sends new mail over the fallback at once while the relay fails, but for one message now and then", async () => {
    await send("a");
    await pass(100);
    tried();
    await send("b");
    await send("c");
    assert.deepEqual(tried(), ["first", "spare", "spare"]);
    await pass(59);
    await send("d");
    assert.deepEqual(tried(), ["spare"]);
    await pass(1);
    await send("e");
    assert.deepEqual(tried(), ["first", "spare"]);
    assert.equal((await spool.counts()).retrying, 0);
  });

  it("sends over the relay again once a message has shown that it has recovered", async () => {
    await send("a");
    await pass(100);
    transport.answers.set("first", "delivered");
    await pass(60);
    tried();
    await send("b");
    await send("c");
    assert.deepEqual(tried(), ["first", "first"]);
  });

  it("tries it now and then also when the clock was set back", async () => {
    table = tableOf({ fallback: "spare", fallbackAfterSeconds: 0 });
    courier.relaysChanged();
    await send("a");
    fixture.clock.now -= 3_600_000;
    transport.answers.set("first", "delivered");
    tried();
    await send("b");
    assert.deepEqual(tried(), ["first"]);
  });

  it("does not hold against a relay that was mended what fails over it as it was", async () => {
    transport.answers.delete("first");
    table = tableOf({ fallback: "spare", fallbackAfterSeconds: 0 });
    courier.relaysChanged();
    await send("a");
    table = tableOf({ fallback: "spare", fallbackAfterSeconds: 0, settings: { host: "mended.example.org" } });
    courier.relaysChanged();
    transport.answers.set("first", "temporary");
    transport.letGo();
    await settled();
    transport.answers.set("first", "delivered");
    tried();
    await send("b");
    assert.deepEqual(tried(), ["first"]);
  });

  it("moves what waits for a relay that hangs when its fallback takes over", async () => {
    transport.answers.delete("first");
    for (const name of ["a", "b", "c", "d", "e", "f"]) await send(name);
    assert.equal(transport.sent.length, 4);
    await pass(1);
    assert.equal((await spool.counts()).processing, 4);
    transport.answers.set("first", "temporary");
    transport.letGo();
    await settled();
    await pass(100);
    await pass(100);
    assert.equal(transport.addressesOver("spare").length, 6);
  });

  for (const [what, first, others] of [
    ["missing", { fallback: "nobody" }, []],
    ["disabled", {}, [sampleRelay("spare", { enabled: false })]],
    ["one with a problem", {}, [sampleRelay("spare", { problem: "Its secret can't be read." })]],
    ["itself", { fallback: "first" }, []],
    ["a circle", {}, [sampleRelay("spare", { enabled: false, fallback: "first" })]],
  ] as const) {
    it(`goes on with the relay when its fallback is ${what}`, async () => {
      table = tableOf({ fallback: "spare", fallbackAfterSeconds: 100, ...first }, ...others);
      courier.relaysChanged();
      maxRetries = 1;
      const id = await send("a");
      await pass(1000);
      assert.deepEqual(tried(), ["first", "first"]);
      assert.equal((await spool.find(id))?.state, "failed");
    });
  }

  it("passes over a fallback that can't be used, to that one's own", async () => {
    const spare = sampleRelay("spare", { enabled: false, fallback: "last" });
    table = tableOf({ fallback: "spare", fallbackAfterSeconds: 0 }, spare, sampleRelay("last"));
    courier.relaysChanged();
    await send("a");
    assert.deepEqual(tried(), ["first", "last"]);
  });

  it("goes back to the relay when the fallback is gone", async () => {
    transport.answers.set("spare", "temporary");
    await send("a");
    await pass(100);
    assert.deepEqual(tried(), ["first", "spare"]);
    transport.answers.set("first", "delivered");
    table = { relays: [sampleRelay("first", { isDefault: true })], rules: [] };
    courier.relaysChanged();
    await pass(40);
    assert.deepEqual(tried(), ["first"]);
  });

  it("takes over for a relay that can't be used because of a problem", async () => {
    table = tableOf({ fallback: "spare", fallbackAfterSeconds: 100, problem: "Its secret can't be read." });
    courier.relaysChanged();
    await send("a");
    await pass(100);
    assert.deepEqual(tried(), ["spare"]);
  });
});
