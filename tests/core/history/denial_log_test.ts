import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { Logger } from "../../../core/capabilities.ts";
import { DispatchError } from "../../../core/error/mod.ts";
import { type Denial, DenialLog } from "../../../core/history/denial_log.ts";
import { type Countable, counterStartMs } from "../../../core/history/event_counters.ts";
import type { MessageEvent, MessageEventKind } from "../../../core/history/message_event.ts";
import { TestClock } from "../../support/spool_fixture.ts";

function denialOf(clientAddress: string, source: "smtp" | "http" = "smtp"): Denial {
  const error = new DispatchError("address_not_allowed", { address: clientAddress, setting: "listener.allowed_cidrs" });
  return {
    error,
    origin: { source, clientAddress, tls: null, apiKeyId: null, smtpUser: null },
    sender: "a@example.org",
  };
}

/** Lets the appends that were begun come to their end. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("DenialLog", () => {
  let clock: TestClock;
  let rows: MessageEvent[];
  let unlogged: Set<MessageEventKind>;
  let told: string[];
  let failure: Error | null;
  let counted: Countable[][];
  let pending: Promise<void>;
  let denials: DenialLog;

  beforeEach(() => {
    clock = new TestClock();
    [rows, told, counted, failure] = [[], [], [], null];
    pending = Promise.resolve();
    unlogged = new Set();
    let events = 0;
    const tell = (event: string, message: string) => void told.push(`${event}: ${message}`);
    const logger: Logger = { debug: tell, info: tell, warn: tell, error: tell };
    denials = new DenialLog({
      log: {
        async append(events, kinds = new Set(), batch = { source: "doors", entries: [] }) {
          assert.equal(batch.source, "doors");
          counted.push([...batch.entries]);
          await pending;
          if (failure !== null) throw failure;
          rows.push(...events.filter(({ event }) => !kinds.has(event)));
        },
      },
      clock,
      logger,
      createEventId: () => `evt_${++events}`,
      unlogged: () => unlogged,
    });
  });

  async function written(): Promise<number> {
    clock.advance(500);
    await settle();
    return rows.length;
  }

  it("writes a refusal half a second later, with the address and what would let it in", async () => {
    denials.add(denialOf("192.0.2.1"));
    assert.equal(rows.length, 0);
    assert.equal(await written(), 1);
    const { eventId, event, id, sender, recipients, error, origin, timeMs } = rows[0]!;
    assert.deepEqual([eventId, event, id, sender, recipients], ["evt_1", "denied", null, "a@example.org", []]);
    assert.equal(
      error,
      "192.0.2.1 is not in listener.allowed_cidrs. To let it in, add 192.0.2.1 to listener.allowed_cidrs.",
    );
    assert.equal(origin.clientAddress, "192.0.2.1");
    assert.equal(timeMs, clock.now - 500);
  });

  it("asks for each batch which kinds leave no row", async () => {
    unlogged.add("denied");
    denials.add(denialOf("192.0.2.1"));
    assert.equal(await written(), 0);
    unlogged.clear();
    denials.add(denialOf("192.0.2.1"));
    assert.equal(await written(), 1);
  });

  it("counts all refusals by their door, and writes five of one address in a minute", async () => {
    for (let count = 0; count < 7; count++) denials.add(denialOf("192.0.2.1"));
    denials.add(denialOf("192.0.2.2", "http"));
    assert.equal(await written(), 6);
    denials.countDashboard();
    assert.deepEqual(denials.counts, { smtp: 7, http: 1, dashboard: 1 });
    clock.advance(60_000);
    denials.add(denialOf("192.0.2.1"));
    assert.equal(await written(), 7);
    assert.deepEqual(told, [
      "history.denials_left_out: 2 more refusals of the last minute have no row in the message log.",
    ]);
  });

  it("writes 300 of all addresses in a minute", async () => {
    for (let host = 0; host < 1000; host++) denials.add(denialOf(`10.9.${host >> 8}.${host & 255}`));
    assert.equal(await written(), 300);
    assert.equal(denials.counts.smtp, 1000);
  });

  it("begins a new minute when the clock was set back", async () => {
    for (let count = 0; count < 6; count++) denials.add(denialOf("192.0.2.1"));
    await written();
    clock.now -= 3_600_000;
    denials.add(denialOf("192.0.2.1"));
    await denials.stop();
    assert.equal(rows.length, 6);
  });

  it("tells of rows that can't be written, and goes on with the next", async () => {
    failure = new Error("database is locked");
    denials.add(denialOf("192.0.2.1"));
    await written();
    failure = null;
    denials.add(denialOf("192.0.2.2"));
    assert.equal(await written(), 1);
    assert.deepEqual(told, [
      "history.denials_lost: 1 refusals have no row in the message log, which can't be written: database is locked",
    ]);
  });

  it("has each refusal counted, also those without a row", async () => {
    for (let count = 0; count < 7; count++) denials.add(denialOf("192.0.2.1"));
    unlogged.add("denied");
    denials.add(denialOf("192.0.2.2"));
    assert.equal(await written(), 0);
    const atMs = counterStartMs(clock.now);
    assert.deepEqual(counted, [
      [{ id: "evt_7", atMs, relay: null, event: "denied", count: 8, recipients: 0, bytes: 0 }],
    ]);
  });

  it("counts refusals apart for each quarter of an hour", async () => {
    clock.now = Date.UTC(2026, 10, 22, 23, 59, 59, 900);
    denials.add(denialOf("192.0.2.1"));
    clock.now += 200;
    denials.add(denialOf("192.0.2.1"));
    await written();
    assert.deepEqual(
      counted.flat().map(({ atMs, count }) => [new Date(atMs).toISOString(), count]),
      [
        ["2026-11-22T23:45:00.000Z", 1],
        ["2026-11-23T00:00:00.000Z", 1],
      ],
    );
  });

  it("hands what may have been counted over again as it was, by itself, and then what has come meanwhile", async () => {
    failure = new Error("database is locked");
    denials.add(denialOf("192.0.2.1"));
    await written();
    denials.add(denialOf("192.0.2.1"));
    denials.add(denialOf("192.0.2.1"));
    await written();
    failure = null;
    clock.advance(5000);
    await settle();
    await written();
    const [first, second, third, fourth, ...rest] = counted;
    assert.deepEqual(rest, []);
    assert.deepEqual([second, third], [first, first]);
    assert.deepEqual([first?.[0]?.count, fourth?.[0]?.count], [1, 2]);
    assert.notEqual(first?.[0]?.id, fourth?.[0]?.id);
  });

  it("writes one batch at a time, however long the database takes", async () => {
    const { promise: answer, resolve } = Promise.withResolvers<void>();
    pending = answer;
    for (let count = 0; count < 3; count++) {
      denials.add(denialOf(`192.0.2.${count}`));
      await written();
    }
    assert.equal(counted.length, 1);
    resolve();
    await settle();
    assert.equal(await written(), 3);
    assert.deepEqual(
      counted.flat().map(({ count }) => count),
      [1, 2],
    );
  });

  it("tells what was not counted in the end", async () => {
    failure = new Error("database is locked");
    denials.add(denialOf("192.0.2.1"));
    await denials.stop();
    assert.equal(
      told.at(-1),
      "history.denials_uncounted: 1 refusals are missing in the reports, whose counters could not be written.",
    );
  });

  it("writes what waits when it is stopped, and tells what was left out", async () => {
    for (let count = 0; count < 6; count++) denials.add(denialOf("192.0.2.1"));
    await denials.stop();
    assert.equal(rows.length, 5);
    assert.equal(told.length, 1);
  });
});
