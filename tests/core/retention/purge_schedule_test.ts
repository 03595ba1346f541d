import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { defaultSettings } from "../../../core/config/settings.ts";
import { nextPurgeMs, type PurgeSettings, reasonToWait } from "../../../core/retention/purge_schedule.ts";
import { samplePurgeRun } from "../../support/memory_purges.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const lastMs = Date.UTC(2026, 10, 22);
const last = samplePurgeRun({ startedAtMs: lastMs });

function settings(overrides: Partial<PurgeSettings> = {}): PurgeSettings {
  return { ...defaultSettings({ hostName: "relay.example.org" }), ...overrides };
}

describe("nextPurgeMs", () => {
  test("is one interval after the last run began, whatever has caused it", () => {
    for (const cause of ["schedule", "request"] as const) {
      assert.equal(nextPurgeMs({ ...last, cause }, settings(), lastMs + 5), lastMs + 6 * hourMs);
    }
  });

  test("follows purge.schedule_interval_hours", () => {
    const hourly = settings({ "purge.schedule_interval_hours": 1 });
    assert.equal(nextPurgeMs(last, hourly, lastMs + 5), lastMs + hourMs);
  });

  test("is never where purge.enabled is off", () => {
    assert.equal(nextPurgeMs(null, settings({ "purge.enabled": false }), lastMs), null);
  });

  test("is now where there was no run, and after one that was cut short", () => {
    assert.equal(nextPurgeMs(null, settings(), lastMs), lastMs);
    for (const state of ["running", "stopped"] as const) {
      assert.equal(nextPurgeMs({ ...last, state }, settings(), lastMs + 5), lastMs + 5);
    }
  });

  test("is now where the clock was set back before the last run", () => {
    assert.equal(nextPurgeMs(last, settings(), lastMs - dayMs), lastMs - dayMs);
  });
});

describe("reasonToWait", () => {
  test("is that everything has grown old at once", () => {
    assert.match(String(reasonToWait(last, settings(), lastMs + 200.5 * dayMs)), /200 days ago.*6 hours later/);
  });

  test("is none after a few days, or where nothing is removed by its age", () => {
    assert.equal(reasonToWait(last, settings(), lastMs + 6.9 * dayMs), null);
    assert.notEqual(reasonToWait(last, settings(), lastMs + 7.1 * dayMs), null);
    const forEver = { ...settings() };
    for (const key of Object.keys(forEver).filter((name) => name.endsWith("_retention_days"))) {
      Object.assign(forEver, { [key]: 0 });
    }
    assert.equal(reasonToWait(last, forEver, lastMs + 200 * dayMs), null);
  });

  test("is none where so much time lies between two runs anyway", () => {
    const seldom = settings({ "purge.schedule_interval_hours": 720, "purge.captured_retention_days": 1 });
    assert.equal(reasonToWait(last, seldom, lastMs + 31 * dayMs), null);
  });

  test("is none for the run after the one that waited, and for the first", () => {
    assert.equal(reasonToWait({ ...last, state: "postponed" }, settings(), lastMs + 200 * dayMs), null);
    assert.equal(reasonToWait(null, settings(), lastMs), null);
  });
});
