import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { formatLocal, TimeZone } from "../../../core/report/time_zone.ts";

const hourMs = 3_600_000;

function zone(name: string): TimeZone {
  const found = TimeZone.find(name);
  assert.ok(found, name);
  return found;
}

const iso = (timeMs: number) => new Date(timeMs).toISOString();

describe("TimeZone", () => {
  for (const name of ["Middle-earth/Shire", "", "+01:00", "Europe/Vienna ", "../etc/passwd", "A".repeat(65)]) {
    test(`find knows no zone ${JSON.stringify(name)}`, () => assert.equal(TimeZone.find(name), null));
  }

  // TZ=NAME date -d @SECONDS +%z
  for (const [name, time, offsetMinutes] of [
    ["UTC", "2026-07-01T00:00:00Z", 0],
    ["Europe/Vienna", "2026-11-22T00:00:00Z", 60],
    ["Europe/Vienna", "2026-07-01T00:00:00.999Z", 120],
    ["Asia/Kolkata", "2026-07-01T00:00:00Z", 330],
    ["Asia/Kathmandu", "2026-07-01T00:00:00Z", 345],
    ["America/St_Johns", "2026-11-22T00:00:00Z", -210],
    ["Australia/Lord_Howe", "2026-07-01T00:00:00Z", 630],
    ["Pacific/Kiritimati", "2026-07-01T00:00:00Z", 840],
  ] as const) {
    test(`offsetMs of ${name} at ${time} is ${offsetMinutes} minutes`, () => {
      assert.equal(zone(name).offsetMs(Date.parse(time)), offsetMinutes * 60_000);
    });
  }

  test("instantMs takes the first of two times that clocks show the same", () => {
    assert.equal(iso(zone("Europe/Vienna").instantMs(Date.UTC(2026, 9, 25, 2, 30))), "2026-10-25T00:30:00.000Z");
  });

  test("instantMs goes on where clocks are put forward over a time", () => {
    assert.equal(iso(zone("Europe/Vienna").instantMs(Date.UTC(2026, 2, 29, 2, 30))), "2026-03-29T01:30:00.000Z");
    // Clocks were put forward at midnight: that day began at one.
    assert.equal(iso(zone("America/Sao_Paulo").instantMs(Date.UTC(2018, 10, 4))), "2018-11-04T03:00:00.000Z");
  });

  test("instantMs is the inverse of localMs in zones east and west, at any time of the day", () => {
    for (const name of ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"]) {
      for (let hour = 0; hour < 24; hour++) {
        const timeMs = Date.UTC(2026, 10, 22, hour, 15);
        assert.equal(zone(name).instantMs(zone(name).localMs(timeMs)), timeMs);
      }
    }
  });

  test("offsetSpans parts a year where clocks are changed", () => {
    const spans = zone("Europe/Vienna").offsetSpans(Date.UTC(2026, 0), Date.UTC(2027, 0));
    assert.deepEqual(
      spans.map(({ fromMs, toMs, offsetMs }) => [iso(fromMs), iso(toMs), offsetMs / hourMs]),
      [
        ["2026-01-01T00:00:00.000Z", "2026-03-29T01:00:00.000Z", 1],
        ["2026-03-29T01:00:00.000Z", "2026-10-25T01:00:00.000Z", 2],
        ["2026-10-25T01:00:00.000Z", "2027-01-01T00:00:00.000Z", 1],
      ],
    );
  });

  test("offsetSpans has no part of an empty span", () => {
    assert.deepEqual(zone("UTC").offsetSpans(5, 5), []);
    assert.deepEqual(zone("UTC").offsetSpans(5, 4), []);
  });

  test("formatLocal shows local time with its offset", () => {
    assert.equal(formatLocal(Date.UTC(2026, 10, 22), 0), "2026-11-22T00:00:00Z");
    assert.equal(formatLocal(Date.UTC(2026, 10, 22), 5.75 * hourMs), "2026-11-22T05:45:00+05:45");
    assert.equal(formatLocal(Date.UTC(2026, 10, 22), -3.5 * hourMs), "2026-11-21T20:30:00-03:30");
  });
});
