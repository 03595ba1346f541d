import assert from "node:assert/strict";
import { test } from "node:test";
import { LogPace } from "../../../core/history/log_pace.ts";

/** The pauses after batches, each given as rows, rows that waited, when it was taken, and how long it took. */
function pausesAfter(...batches: [rows: number, backlog: number, takenAtMs: number, tookMs: number][]): number[] {
  const pace = new LogPace();
  return batches.map(([rows, backlog, takenAtMs, tookMs]) =>
    pace.pauseMs({ rows, backlog, takenAtMs }, takenAtMs + tookMs),
  );
}

test("LogPace gathers rows after a batch that took all there was", () => {
  assert.deepEqual(pausesAfter([3, 3, 1_000_000, 1], [499, 499, 1_000_500, 40]), [200, 200]);
});

test("LogPace pauses not at all while a backlog is caught up with", () => {
  assert.deepEqual(pausesAfter([500, 9000, 1_000_000, 60], [500, 8500, 1_000_060, 60]), [0, 0]);
});

test("LogPace rests in a burst, nine times as long as the batch took, from 0.2 to two seconds", () => {
  for (const [tookMs, restMs] of [
    [10, 200],
    [60, 540],
    [600, 2000],
  ] as const) {
    assert.deepEqual(pausesAfter([500, 500, 1_000_000, 60], [500, 2000, 1_001_000, tookMs]), [0, restMs]);
  }
});

test("LogPace takes less than 2,000 rows a second for no burst", () => {
  assert.deepEqual(pausesAfter([500, 500, 1_000_000, 60], [500, 1999, 1_001_000, 60]), [0, 0]);
});

test("LogPace pauses not at all when 200,000 rows wait, be it a burst", () => {
  assert.deepEqual(pausesAfter([500, 500, 1_000_000, 60], [500, 200_000, 1_001_000, 60]), [0, 0]);
});
