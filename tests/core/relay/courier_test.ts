import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Courier, CourierSettings } from "../../../core/relay/courier.ts";
import type { RelayTable } from "../../../core/relay/relay.ts";
import type { Transport } from "../../../core/relay/transport.ts";
import type { ClaimedMessage, Settlement, Spool } from "../../../core/spool/mod.ts";
import { settled, startCourier, stopCourier } from "../../support/courier_stage.ts";
import { HeldTransport } from "../../support/held_transport.ts";
import { sampleRelay } from "../../support/sample_relay.ts";
import { recordingLogger, TestClock } from "../../support/spool_fixture.ts";

function message(id: string, recipients = ["a@example.org"]): ClaimedMessage {
  return {
    entry: {
      id,
      state: "processing",
      sender: "app@example.org",
      recipients: recipients.map((address) => ({ address, kind: "to", state: "pending" })),
      origin: { source: "smtp", clientAddress: "127.0.0.1", tls: null, apiKeyId: null, smtpUser: null },
      sizeBytes: 10,
      acceptedAtMs: 0,
      dueAtMs: 0,
      attempts: 0,
      lastError: null,
      subject: "",
      messageId: null,
      tags: [],
      attachments: [],
    },
    content: { kind: "inline", bytes: new Uint8Array(10) },
    lane: "",
  };
}

/** A spool in memory that hands out what is put into it, and can be told to fail. */
class FakeSpool implements Pick<Spool, "claim" | "settle" | "park"> {
  readonly settlements: Settlement[] = [];
  readonly parked: { ids: readonly string[]; lane: string }[] = [];
  readonly claims: number[] = [];
  claimError: Error | null = null;
  settleError: Error | null = null;
  #waiting: ClaimedMessage[] = [];
  #wake: () => void = () => undefined;

  put(...messages: ClaimedMessage[]): void {
    this.#waiting.push(...messages);
    this.#wake();
  }

  async claim(max: number, signal: AbortSignal): Promise<ClaimedMessage[]> {
    this.claims.push(max);
    if (this.claimError !== null) throw this.claimError;
    while (this.#waiting.length === 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
    return signal.aborted ? [] : this.#waiting.splice(0, max);
  }

  async park(ids: readonly string[], lane: string): Promise<void> {
    this.parked.push({ ids, lane });
  }

  async settle(settlement: Settlement): Promise<void> {
    if (this.settleError !== null) throw this.settleError;
    this.settlements.push(settlement);
  }
}

function relayTable(name: string): RelayTable {
  return { relays: [sampleRelay(name, { isDefault: true })], rules: [] };
}

describe("Courier", () => {
  let spool: FakeSpool;
  let transport: HeldTransport;
  let clock: TestClock;
  let logger: ReturnType<typeof recordingLogger>;
  let table: RelayTable;
  let settings: CourierSettings;
  let transportFor: (provider: string) => Transport | undefined;
  let courier: Courier;

  beforeEach(() => {
    spool = new FakeSpool();
    transport = new HeldTransport();
    clock = new TestClock();
    logger = recordingLogger();
    table = relayTable("main");
    settings = { workerCount: 2, retry: { maxRetries: 3, delaysSeconds: [30] } };
    transportFor = () => transport;
    courier = startCourier({
      spool,
      relays: () => table,
      settings: () => settings,
      transportFor: (provider) => transportFor(provider),
      clock,
      logger,
    });
  });

  afterEach(async () => {
    spool.settleError = null;
    await stopCourier(courier, clock);
  });

  it("delivers a message as soon as it is there", async () => {
    await settled();
    spool.put(message("spl_1"));
    await settled();
    assert.equal(transport.sent.length, 1);
    transport.letGo();
    await settled();
    assert.deepEqual(
      spool.settlements.map(({ id, next }) => [id, next]),
      [["spl_1", "done"]],
    );
  });

  it("has no more deliveries under way than there are workers", async () => {
    spool.put(...Array.from({ length: 10 }, (_, n) => message(`spl_${n}`)));
    for (let round = 0; round < 10; round++) {
      await settled();
      transport.letGo(1);
    }
    await settled();
    assert.equal(spool.settlements.length, 10);
    assert.equal(transport.mostAtOnce, 2);
    // As many again wait in hand.
    assert.ok(spool.claims.every((max) => max <= 4));
  });

  it("has no more deliveries under way over a relay than that one takes", async () => {
    settings = { ...settings, workerCount: 8 };
    table = { relays: [sampleRelay("main", { isDefault: true, concurrency: 3 })], rules: [] };
    spool.put(...Array.from({ length: 10 }, (_, n) => message(`spl_${n}`)));
    for (let round = 0; round < 10; round++) {
      await settled();
      transport.letGo(1);
    }
    await settled();
    assert.equal(spool.settlements.length, 10);
    assert.equal(transport.mostAtOnce, 3);
  });

  it("starts others beside deliveries that take longer than a second", async () => {
    spool.put(...Array.from({ length: 10 }, (_, n) => message(`spl_${n}`)));
    await settled();
    assert.equal(transport.sent.length, 2);
    clock.advance(1000);
    await settled();
    // As many as the relay takes.
    assert.equal(transport.sent.length, 4);
  });

  it("leaves a message alone, and waiting, whose transport never answers, until it is broken off, which is no attempt", async () => {
    spool.put(message("spl_1"));
    await settled();
    clock.advance(24 * 3_600_000);
    await settled();
    assert.deepEqual([transport.sent.length, spool.settlements.length], [1, 0]);
    const stopped = courier.stop(1000);
    clock.advance(1000);
    await stopped;
    assert.deepEqual(spool.settlements, []);
    assert.deepEqual(spool.parked, [{ ids: ["spl_1"], lane: "" }]);
  });

  it("stores at its stop who was accepted before the rest of a delivery was broken off", async () => {
    transportFor = () => ({
      async send(_relay, { recipients }, signal) {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        const [first, second] = recipients;
        return {
          outcomes: [
            { address: first!, result: "delivered", response: "250" },
            { address: second!, result: "temporary", response: "The connection was closed" },
          ],
          providerMessageId: null,
          retryAfterSeconds: null,
        };
      },
    });
    spool.put(message("spl_1", ["a@example.org", "b@example.org"]));
    await settled();
    const stopped = courier.stop(1000);
    clock.advance(1000);
    await stopped;
    assert.deepEqual(
      spool.settlements[0]?.recipients.map(({ state, attempts }) => [state, attempts]),
      [
        ["delivered", 1],
        ["pending", 0],
      ],
    );
  });

  it("gives back at its stop what has not set out yet", async () => {
    spool.put(...Array.from({ length: 4 }, (_, n) => message(`spl_${n}`)));
    await settled();
    const stopped = courier.stop(1000);
    transport.letGo();
    await stopped;
    assert.deepEqual(
      spool.parked.map(({ ids, lane }) => [ids, lane]),
      [
        [["spl_2"], ""],
        [["spl_3"], ""],
      ],
    );
    assert.equal(transport.sent.length, 2);
  });

  it("routes anew what has not set out yet when the relays change", async () => {
    spool.put(...Array.from({ length: 3 }, (_, n) => message(`spl_${n}`)));
    await settled();
    table = relayTable("other");
    courier.relaysChanged();
    await settled();
    assert.deepEqual(
      spool.parked.map(({ ids, lane }) => [ids, lane]),
      [[["spl_2"], ""]],
    );
  });

  it("keeps waiting what goes over a relay with a problem, and says which", async () => {
    const problem = "Its secret can't be opened.";
    table = { relays: [sampleRelay("main", { isDefault: true, problem })], rules: [] };
    spool.put(message("spl_1"));
    await settled();
    assert.deepEqual(
      spool.settlements.map(({ next, lastError }) => [next, lastError]),
      [["retrying", problem]],
    );
    assert.equal(transport.sent.length, 0);
  });

  it("takes a new number of workers without a restart", async () => {
    settings = { ...settings, workerCount: 4 };
    spool.put(...Array.from({ length: 6 }, (_, n) => message(`spl_${n}`)));
    await settled();
    transport.letGo();
    await settled();
    transport.letGo();
    await settled();
    assert.equal(transport.mostAtOnce, 4);
  });

  it("sends only to the recipients that are pending", async () => {
    const whole = message("spl_1", ["a@example.org", "b@example.org"]);
    const [first, second] = whole.entry.recipients;
    spool.put({ ...whole, entry: { ...whole.entry, recipients: [{ ...first!, state: "delivered" }, second!] } });
    await settled();
    assert.deepEqual(transport.sent[0]?.message.recipients, ["b@example.org"]);
  });

  it("looks at the relays of the moment for each message", async () => {
    spool.put(message("spl_1"));
    await settled();
    table = relayTable("other");
    spool.put(message("spl_2"));
    await settled();
    assert.deepEqual(
      transport.sent.map(({ relay }) => relay.name),
      ["main", "other"],
    );
  });

  it("retries what no relay can take", async () => {
    table = { relays: [], rules: [] };
    spool.put(message("spl_1"));
    await settled();
    assert.deepEqual(
      spool.settlements.map(({ next, dueAtMs, lastError }) => [next, dueAtMs, lastError]),
      [["retrying", clock.now + 30_000, "No relay can take this message"]],
    );
  });

  it("retries what a relay of an unknown provider should have taken", async () => {
    transportFor = () => undefined;
    spool.put(message("spl_1"));
    await settled();
    assert.equal(spool.settlements[0]?.next, "retrying");
  });

  it("retries a message whose transport throws, says so, and delivers the others", async () => {
    transportFor = () => ({ send: () => Promise.reject(new TypeError("a bug")) });
    spool.put(message("spl_1"));
    await settled();
    assert.deepEqual([spool.settlements[0]?.next, spool.settlements[0]?.lastError], ["retrying", "a bug"]);
    assert.ok(logger.events.includes("relay.send_failed"));
    transportFor = () => transport;
    spool.put(message("spl_2"));
    await settled();
    assert.equal(transport.sent.length, 1);
  });

  it("goes on claiming a second after the spool could not be read", async () => {
    spool.claimError = new Error("disk I/O error");
    spool.put(message("spl_1"));
    await settled();
    spool.put(message("spl_2"));
    transport.letGo();
    await settled();
    assert.ok(logger.events.includes("relay.claim_failed"));
    const claims = spool.claims.length;
    spool.claimError = null;
    clock.advance(999);
    await settled();
    assert.equal(spool.claims.length, claims);
    clock.advance(1);
    await settled();
    assert.ok(spool.claims.length > claims);
  });

  it("does not send a delivered message again because its outcome could not be stored", async () => {
    spool.settleError = new Error("disk full");
    spool.put(message("spl_1"));
    await settled();
    transport.letGo();
    await settled();
    clock.advance(1000);
    await settled();
    assert.ok(logger.events.includes("relay.settle_failed"));
    spool.settleError = null;
    clock.advance(1000);
    await settled();
    assert.equal(transport.sent.length, 1);
    assert.deepEqual(
      spool.settlements.map(({ next }) => next),
      ["done"],
    );
  });

  it("delivers others while an outcome waits to be stored", async () => {
    spool.settleError = new Error("disk full");
    spool.put(message("spl_1"), message("spl_2"), message("spl_3"));
    for (let round = 0; round < 3; round++) {
      await settled();
      transport.letGo();
    }
    await settled();
    assert.equal(transport.sent.length, 3);
  });

  it("tells of no delivery that it took less than no time when the clock was set back", async () => {
    spool.put(message("spl_1"));
    await settled();
    clock.now -= 3_600_000;
    transport.letGo();
    await settled();
    assert.equal(spool.settlements[0]?.events[0]?.durationMs, 0);
  });

  it("lets deliveries under way finish when it is stopped, and takes no more", async () => {
    spool.put(message("spl_1"));
    await settled();
    const stopped = courier.stop(10_000);
    spool.put(message("spl_2"));
    await settled();
    transport.letGo();
    await stopped;
    assert.deepEqual(
      spool.settlements.map(({ id, next }) => [id, next]),
      [["spl_1", "done"]],
    );
  });

  it("breaks off what is still under way when the time to stop is over", async () => {
    spool.put(message("spl_1"));
    await settled();
    const stopped = courier.stop(10_000);
    await settled();
    assert.equal(transport.sent[0]?.signal.aborted, false);
    clock.advance(10_000);
    await stopped;
    assert.equal(transport.sent[0]?.signal.aborted, true);
  });

  it("stops at once when nothing is under way", async () => {
    await settled();
    await courier.stop(10_000);
  });

  it("sets no timer while it is idle", async () => {
    let timers = 0;
    const after = clock.after.bind(clock);
    clock.after = (delayMs, callback) => {
      timers++;
      return after(delayMs, callback);
    };
    await settled();
    spool.put(message("spl_1"));
    await settled();
    transport.letGo();
    await settled();
    assert.equal(timers, 0);
  });
});
