import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import { type CountedBatch, countableOf, type EventCounters } from "../../core/history/event_counters.ts";
import type { MessageEvent, MessageEventKind } from "../../core/history/message_event.ts";
import type { MessageLog } from "../../core/history/message_log.ts";
import { openEventCounters } from "../../drizzle/event_counters.ts";
import { openMessageLog } from "../../drizzle/message_log.ts";
import { migrateDatabase } from "../../drizzle/migrations.ts";
import { openSqlite } from "../../runtime-node/sqlite_connection.ts";
import { DatabaseFixture } from "../support/database_fixture.ts";
import { sampleEvent } from "../support/memory_message_log.ts";

const hourMs = 3_600_000;
const midnight = Date.UTC(2026, 10, 22);
const always = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, offsetMs: 0, stepMs: null, byRelay: false } as const;

let log: MessageLog;
let counters: EventCounters;
let lastEvent = 0;
const fixtures: DatabaseFixture[] = [];

describe("openEventCounters", () => {
  beforeEach(async () => {
    const fixture = new DatabaseFixture();
    fixtures.push(fixture);
    const database = await fixture.open();
    log = openMessageLog(database);
    counters = openEventCounters(database);
  });

  after(() => {
    for (const fixture of fixtures) fixture.remove();
  });

  function happened(event: MessageEventKind, overrides: Partial<MessageEvent> = {}): MessageEvent {
    lastEvent += 1;
    return sampleEvent({ eventId: `evt_${lastEvent}`, id: `spl_${lastEvent}`, event, timeMs: midnight, ...overrides });
  }

  const batch = (events: readonly MessageEvent[], source: CountedBatch["source"] = "spool"): CountedBatch => ({
    source,
    entries: events.map(countableOf),
  });

  const append = (events: readonly MessageEvent[], unlogged?: ReadonlySet<MessageEventKind>) =>
    log.append(events, unlogged, batch(events));

  const counted = async () =>
    Object.fromEntries((await counters.sums(always)).map(({ event, count }) => [event, count] as const));

  describe("openEventCounters", () => {
    test("counts events, their recipients and bytes, for each relay and quarter of an hour", async () => {
      const many = [1, 2, 3].map((host) => ({ address: `${host}@example.net`, kind: "to" as const }));
      await append([
        happened("queued", { relay: null, sizeBytes: 10 }),
        happened("delivered", { relay: "west", sizeBytes: 10, recipients: many }),
        happened("delivered", { relay: "west", sizeBytes: 5, timeMs: midnight + hourMs / 4 - 1 }),
        happened("delivered", { relay: "east", sizeBytes: 1, timeMs: midnight + hourMs / 4 }),
      ]);
      assert.deepEqual(await counters.sums({ ...always, stepMs: hourMs / 4, byRelay: true }), [
        { step: midnight / (hourMs / 4), relay: null, event: "queued", count: 1, recipients: 1, bytes: 10 },
        { step: midnight / (hourMs / 4), relay: "west", event: "delivered", count: 2, recipients: 4, bytes: 15 },
        { step: midnight / (hourMs / 4) + 1, relay: "east", event: "delivered", count: 1, recipients: 1, bytes: 1 },
      ]);
    });

    test("counts what is handed over again once, and what has come behind it", async () => {
      const first = [happened("queued"), happened("queued")];
      const second = [happened("delivered")];
      await append(first);
      await append(first);
      await append([...first, ...second]);
      await append([...first, ...second]);
      assert.deepEqual(await counted(), { queued: 2, delivered: 1 });
    });

    test("counts an event once that comes twice in one batch", async () => {
      const event = happened("queued");
      await append([event, event]);
      assert.deepEqual(await counted(), { queued: 1 });
    });

    test("counts what leaves no row", async () => {
      const events = [happened("delivered"), happened("failed")];
      await append(events, new Set(["delivered"]));
      await append(events, new Set(["delivered"]));
      assert.equal((await log.search({ limit: 10 })).rows.length, 1);
      assert.deepEqual(await counted(), { delivered: 1, failed: 1 });
    });

    test("counts a batch of the spool once, whatever the doors hand over between", async () => {
      const mail = [happened("queued")];
      const refusals = [happened("denied", { id: null })];
      await append(mail);
      await log.append(refusals, new Set(), batch(refusals, "doors"));
      await append(mail);
      await log.append([], new Set(), batch(refusals, "doors"));
      assert.deepEqual(await counted(), { queued: 1, denied: 1 });
    });

    test("counts nothing of a batch that can't be stored", async () => {
      const broken = { ...happened("queued"), sender: null as unknown as string };
      await assert.rejects(append([happened("queued"), broken]));
      assert.deepEqual(await counted(), {});
    });

    test("adds up what lies in the span, its end not included, by steps of local time", async () => {
      const at = (hours: number) => happened("delivered", { timeMs: midnight + hours * hourMs });
      await append([at(-1), at(0), at(23.5), at(24)]);
      const span = { fromMs: midnight, toMs: midnight + 24 * hourMs };
      const sums = await counters.sums({ ...span, offsetMs: hourMs, stepMs: 24 * hourMs, byRelay: false });
      assert.deepEqual(
        sums.map(({ step, count }) => [step - midnight / (24 * hourMs), count]),
        [
          [0, 1],
          [1, 1],
        ],
      );
    });

    test("tells where the counters begin and end", async () => {
      assert.equal(await counters.span(), null);
      await append([happened("queued", { timeMs: midnight + 1 }), happened("queued", { timeMs: midnight + hourMs })]);
      assert.deepEqual(await counters.span(), { firstMs: midnight, lastMs: midnight + hourMs });
    });

    test("are made of the rows that an earlier version has stored, those of its last batch counted once", async () => {
      const fixture = new DatabaseFixture();
      fixtures.push(fixture);
      const database = await fixture.open();
      const events = [happened("queued", { relay: null, sizeBytes: 7 }), happened("delivered", { relay: "west" })];
      await openMessageLog(database).append(events);
      const connection = openSqlite(fixture.path);
      connection.exec(
        "DROP TABLE event_counter; DROP TABLE counted_batch; DROP TABLE purge_run; PRAGMA user_version = 5",
      );
      migrateDatabase(connection);
      connection.close();
      const upgraded = await fixture.open();
      await openMessageLog(upgraded).append(events, new Set(), batch(events));
      assert.deepEqual(await openEventCounters(upgraded).sums({ ...always, byRelay: true }), [
        { step: 0, relay: null, event: "queued", count: 1, recipients: 1, bytes: 7 },
        { step: 0, relay: "west", event: "delivered", count: 1, recipients: 1, bytes: 1234 },
      ]);
    });
  });
});
