/** Reports from counters in a real database: what they show is what was counted. */
import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import { countableOf } from "../../core/history/event_counters.ts";
import type { MessageEvent } from "../../core/history/message_event.ts";
import { makeReport, type ReportRequest } from "../../core/report/report.ts";
import { TimeZone } from "../../core/report/time_zone.ts";
import { openStores, type Stores } from "../../drizzle/stores.ts";
import { DatabaseFixture } from "../support/database_fixture.ts";
import { sampleEvent } from "../support/memory_message_log.ts";

const minuteMs = 60_000;
const fixtures: DatabaseFixture[] = [];
let stores: Stores;
let lastEvent = 0;

describe("reports", () => {
  beforeEach(async () => {
    const fixture = new DatabaseFixture();
    fixtures.push(fixture);
    stores = openStores(await fixture.open());
  });

  after(() => {
    for (const fixture of fixtures) fixture.remove();
  });

  async function happened(...events: readonly Partial<MessageEvent>[]): Promise<void> {
    const whole = events.map((event) => sampleEvent({ eventId: `evt_${++lastEvent}`, ...event }));
    await stores.log.append([], new Set(), { source: "spool", entries: whole.map(countableOf) });
  }

  /** A delivery every ten minutes from `from` to `to`. */
  async function happenedBetween(from: string, to: string): Promise<number> {
    const events: Partial<MessageEvent>[] = [];
    for (let timeMs = Date.parse(from); timeMs < Date.parse(to); timeMs += 10 * minuteMs) events.push({ timeMs });
    await happened(...events);
    return events.length;
  }

  function report(zoneName: string, from: string, to: string, request: Partial<ReportRequest> = {}) {
    const zone = TimeZone.find(zoneName);
    assert.ok(zone);
    const span = { fromMs: Date.parse(from), toMs: Date.parse(to) };
    return makeReport(stores.counters, { ...span, step: "day", byRelay: false, zone, ...request });
  }

  const counts = (rows: Awaited<ReturnType<typeof report>>) => rows.map(({ time, count }) => [time, count] as const);

  describe("makeReport", () => {
    test("is empty where nothing was counted", async () => {
      assert.deepEqual(await report("UTC", "2026-01-01", "2027-01-01"), []);
      await happened({ timeMs: Date.parse("2025-12-31T23:59:59Z") }, { timeMs: Date.parse("2027-01-01T00:00:00Z") });
      assert.deepEqual(await report("UTC", "2026-01-01", "2027-01-01"), []);
    });

    test("has a line for each day, relay and event, in this order", async () => {
      const timeMs = Date.parse("2026-11-22T12:00:00Z");
      const recipients = [sampleEvent().recipients[0]!, sampleEvent().recipients[0]!];
      await happened(
        { timeMs, relay: "west", event: "failed", sizeBytes: 5 },
        { timeMs, relay: "east", recipients, sizeBytes: 7 },
        { timeMs: timeMs + 5 * minuteMs, relay: "east", recipients, sizeBytes: 7 },
        { timeMs, relay: null, event: "queued" },
        { timeMs: timeMs - 24 * 60 * minuteMs, relay: "west" },
      );
      const rows = await report("UTC", "2026-11-01", "2026-12-01", { byRelay: true });
      assert.deepEqual(
        rows.map(({ time, relay, event, count }) => [time, relay, event, count]),
        [
          ["2026-11-21T00:00:00Z", "west", "delivered", 1],
          ["2026-11-22T00:00:00Z", null, "queued", 1],
          ["2026-11-22T00:00:00Z", "east", "delivered", 2],
          ["2026-11-22T00:00:00Z", "west", "failed", 1],
        ],
      );
      assert.deepEqual([rows[2]?.recipients, rows[2]?.bytes], [4, 14]);
    });

    test("puts all of a span in one where no steps are asked for", async () => {
      const all = await happenedBetween("2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z");
      const rows = await report("Europe/Vienna", "2025-01-01", "2027-01-01", { step: null });
      assert.deepEqual(counts(rows), [[null, all]]);
    });

    test("ends a day at midnight, to the millisecond", async () => {
      const midnightMs = Date.parse("2026-11-22T23:00:00Z");
      await happened({ timeMs: midnightMs - 1 }, { timeMs: midnightMs });
      assert.deepEqual(counts(await report("Europe/Vienna", "2026-11-01", "2026-12-01")), [
        ["2026-11-22T00:00:00+01:00", 1],
        ["2026-11-23T00:00:00+01:00", 1],
      ]);
    });

    test("has 23 hours in the day in which clocks are put forward, and 25 in that in which they are put back", async () => {
      await happenedBetween("2026-03-27T23:00:00Z", "2026-03-30T22:00:00Z");
      assert.deepEqual(counts(await report("Europe/Vienna", "2026-03-01", "2026-04-01")), [
        ["2026-03-28T00:00:00+01:00", 144],
        ["2026-03-29T00:00:00+01:00", 138],
        ["2026-03-30T00:00:00+02:00", 144],
      ]);
      await happenedBetween("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z");
      assert.deepEqual(counts(await report("Europe/Vienna", "2026-10-01", "2026-11-01")), [
        ["2026-10-25T00:00:00+02:00", 150],
      ]);
    });

    test("has the hour twice that clocks show twice", async () => {
      await happenedBetween("2026-10-24T23:00:00Z", "2026-10-25T02:00:00Z");
      const rows = await report("Europe/Vienna", "2026-10-24", "2026-10-26", { step: "hour" });
      assert.deepEqual(counts(rows), [
        ["2026-10-25T01:00:00+02:00", 6],
        ["2026-10-25T02:00:00+02:00", 6],
        ["2026-10-25T02:00:00+01:00", 6],
      ]);
    });

    for (const [name, midnight] of [
      ["Asia/Kolkata", "2026-06-30T18:30:00Z"],
      ["Asia/Kathmandu", "2026-06-30T18:15:00Z"],
      ["America/St_Johns", "2026-07-01T02:30:00Z"],
    ] as const) {
      test(`begins a day at midnight in ${name}`, async () => {
        const timeMs = Date.parse(midnight);
        await happened({ timeMs: timeMs - 1 }, { timeMs }, { timeMs: timeMs + 1 });
        const rows = await report(name, "2026-06-01", "2026-08-01");
        assert.deepEqual(
          rows.map(({ time, count }) => [time?.slice(0, 16), count]),
          [
            ["2026-06-30T00:00", 1],
            ["2026-07-01T00:00", 2],
          ],
        );
        assert.equal(Date.parse(String(rows[1]?.time)), timeMs);
      });
    }

    test("begins a day with its first hour where clocks are put forward at midnight", async () => {
      const timeMs = Date.parse("2018-11-04T03:00:00Z");
      await happened({ timeMs: timeMs - 1 }, { timeMs });
      assert.deepEqual(counts(await report("America/Sao_Paulo", "2018-11-01", "2018-12-01")), [
        ["2018-11-03T00:00:00-03:00", 1],
        ["2018-11-04T01:00:00-02:00", 1],
      ]);
    });

    test("puts the days of a month together", async () => {
      const timeMs = Date.parse("2026-10-31T22:59:59Z");
      await happened({ timeMs: Date.parse("2026-10-01T00:00:00Z") }, { timeMs }, { timeMs: timeMs + 1000 });
      assert.deepEqual(counts(await report("Europe/Vienna", "2026-01-01", "2027-01-01", { step: "month" })), [
        ["2026-10-01T00:00:00+02:00", 2],
        ["2026-11-01T00:00:00+01:00", 1],
      ]);
    });

    test("agrees in each of its forms with what was counted", async () => {
      const all = await happenedBetween("2026-03-01T00:00:00Z", "2026-04-15T00:00:00Z");
      for (const step of ["hour", "day", "month", null] as const) {
        for (const zone of ["UTC", "Europe/Vienna", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Casablanca"]) {
          const rows = await report(zone, "2026-01-01", "2027-01-01", { step, byRelay: true });
          assert.equal(
            rows.reduce((sum, { count }) => sum + count, 0),
            all,
            `${zone} by ${step}`,
          );
          assert.equal(new Set(rows.map(({ time }) => time)).size, rows.length, `${zone} by ${step}`);
        }
      }
    });
  });
});
