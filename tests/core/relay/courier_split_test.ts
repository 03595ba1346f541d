import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Courier } from "../../../core/relay/courier.ts";
import type { Relay } from "../../../core/relay/relay.ts";
import type { Transport } from "../../../core/relay/transport.ts";
import type { SpoolRecipient, SqliteSpool } from "../../../core/spool/mod.ts";
import { settled, startCourier, stopCourier } from "../../support/courier_stage.ts";
import { HeldTransport } from "../../support/held_transport.ts";
import { sampleRelay } from "../../support/sample_relay.ts";
import { newMessage, SpoolFixture } from "../../support/spool_fixture.ts";

/** Mail for a.example goes over the relay `a`, and so on. */
describe("Courier with a message that goes several ways", () => {
  let fixture: SpoolFixture;
  let spool: SqliteSpool;
  let transport: HeldTransport;
  let transportFor: () => Transport;
  let relays: Relay[];
  let courier: Courier;

  beforeEach(() => {
    fixture = new SpoolFixture();
    spool = fixture.open();
    transport = new HeldTransport();
    transportFor = () => transport;
    relays = ["a", "b", "c"].map((name) => sampleRelay(name, { concurrency: 1 }));
    start();
  });

  afterEach(async () => {
    await stopCourier(courier, fixture.clock);
    await spool.close();
    fixture.remove();
  });

  function start(): void {
    const rules = relays.map(({ name }) => {
      return { id: `rul_${name}`, name: `to ${name}`, senders: ["*"], recipients: [`${name}.example`], relay: name };
    });
    const table = { relays, rules };
    courier = startCourier({
      spool,
      relays: () => table,
      settings: () => ({ workerCount: 4, retry: { maxRetries: 3, delaysSeconds: [30, 300] } }),
      transportFor: () => transportFor(),
      clock: fixture.clock,
      logger: fixture.logger,
    });
  }

  /** Stores a message for those relays, one recipient each, and lets it be tried. */
  async function send(...names: string[]): Promise<string> {
    const recipients = names.map((name) => ({ address: `you@${name}.example`, kind: "to" as const }));
    const message = newMessage({ recipients, acceptedAtMs: fixture.clock.now });
    await spool.append(message);
    await settled();
    return message.id;
  }

  async function pass(seconds: number): Promise<void> {
    fixture.clock.advance(seconds * 1000);
    await settled();
  }

  async function recipientsOf(id: string): Promise<readonly SpoolRecipient[]> {
    return (await spool.find(id))?.recipients ?? [];
  }

  function timesSentOver(name: string): number {
    return transport.addressesOver(name).length;
  }

  it("delivers over the others at once when one relay has no room, and waits for that one alone", async () => {
    transport.answers.set("b", "delivered");
    await send("a");
    const id = await send("a", "b");
    await pass(1);
    assert.deepEqual(
      (await recipientsOf(id)).map(({ state }) => state),
      ["pending", "delivered"],
    );
    assert.equal((await spool.find(id))?.state, "retrying");
    await pass(3600);
    assert.equal(timesSentOver("a"), 1);
    transport.answers.set("a", "delivered");
    transport.letGo();
    await settled();
    assert.equal(await spool.find(id), null);
    assert.deepEqual([timesSentOver("a"), timesSentOver("b")], [2, 1]);
  });

  it("stores who was accepted while another relay takes its time, so that a crash sends to nobody again", async () => {
    transport.answers.set("b", "delivered");
    const id = await send("a", "b");
    assert.equal((await spool.find(id))?.state, "processing");
    await pass(1);
    assert.equal((await recipientsOf(id))[1]?.state, "delivered");
    const crashed = fixture.crashedCopy();
    const after = crashed.open();
    const [claimed] = await after.claim(1, AbortSignal.timeout(10_000));
    assert.deepEqual(
      claimed?.entry.recipients.map(({ state }) => state),
      ["pending", "delivered"],
    );
    await after.close();
    crashed.remove();
    transport.letGo();
    await settled();
    assert.equal(await spool.find(id), null);
    const { rows } = await spool.takeHistory(10, AbortSignal.timeout(10_000));
    assert.deepEqual(
      rows.map((row) => JSON.parse(row)).map(({ event, relay }) => [event, relay]),
      [
        ["queued", null],
        ["delivered", "b"],
        ["delivered", "a"],
      ],
    );
  });

  it("stores who was accepted right before what is under way is broken off at its stop", async () => {
    const id = await send("a", "b");
    const stopped = courier.stop(10_000);
    await pass(9.5);
    transport.letGo(1, "a");
    await settled();
    fixture.clock.advance(500);
    await stopped;
    assert.deepEqual(
      (await recipientsOf(id)).map(({ state, attempts }) => [state, attempts]),
      [
        ["delivered", 1],
        ["pending", 0],
      ],
    );
  });

  it("tries each recipient again in its own time", async () => {
    transport.answers.set("a", "temporary").set("b", "temporary");
    const id = await send("a", "b");
    transport.answers.set("a", "delivered");
    await pass(30);
    assert.deepEqual([timesSentOver("a"), timesSentOver("b")], [2, 2]);
    assert.deepEqual(
      (await recipientsOf(id)).map(({ state, attempts }) => [state, attempts]),
      [
        ["delivered", 2],
        ["pending", 2],
      ],
    );
    await pass(299);
    assert.equal(timesSentOver("b"), 2);
    await pass(1);
    assert.deepEqual([timesSentOver("a"), timesSentOver("b")], [2, 3]);
  });

  it("looks again after a while at a message that waits for room on two relays", async () => {
    await send("a");
    await send("b");
    const id = await send("a", "b");
    await pass(1);
    assert.deepEqual([(await spool.find(id))?.state, (await spool.find(id))?.attempts], ["queued", 0]);
    transport.answers.set("b", "delivered");
    transport.letGo(1, "b");
    await pass(15);
    assert.deepEqual(
      (await recipientsOf(id)).map(({ state }) => state),
      ["pending", "delivered"],
    );
    transport.answers.set("a", "delivered");
    transport.letGo();
    await settled();
    assert.equal(await spool.find(id), null);
    assert.deepEqual([timesSentOver("a"), timesSentOver("b")], [2, 2]);
  });

  it("refuses what is larger than a relay takes before anything is sent, and says so, and sends the rest", async () => {
    relays = [sampleRelay("a", { maxMessageBytes: 1024 }), sampleRelay("b")];
    await stopCourier(courier, fixture.clock);
    start();
    transport.answers.set("a", "delivered").set("b", "delivered");
    const recipients = ["a", "b"].map((name) => ({ address: `you@${name}.example`, kind: "to" as const }));
    const large = newMessage({ recipients, sizeBytes: 1025 });
    const fitting = newMessage({ recipients, sizeBytes: 1024 });
    await spool.append(large);
    await spool.append(fitting);
    await settled();
    assert.equal(await spool.find(fitting.id), null);
    const entry = await spool.find(large.id);
    assert.equal(entry?.lastError, "The message has 1025 bytes; relay a takes messages of up to 1024 bytes");
    assert.deepEqual(
      entry?.recipients.map(({ state }) => state),
      ["failed", "delivered"],
    );
    assert.deepEqual([timesSentOver("a"), timesSentOver("b")], [1, 2]);
  });

  it("tries again who was not mentioned by the transport, and nobody whom it made up", async () => {
    const answered = { providerMessageId: null, retryAfterSeconds: null };
    const stranger = { address: "stranger@example.org", result: "delivered", response: "250 ok" } as const;
    transportFor = () => ({ send: async () => ({ ...answered, outcomes: [stranger] }) });
    const id = await send("a", "b");
    assert.deepEqual(
      (await recipientsOf(id)).map(({ state, attempts }) => [state, attempts]),
      [
        ["pending", 1],
        ["pending", 1],
      ],
    );
  });
});
