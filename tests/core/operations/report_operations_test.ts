import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { performOperation } from "../../../core/operations/operation_table.ts";
import type { ReportDocument } from "../../../core/operations/report_operations.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { createMemoryDispatch, type MemoryDispatch } from "../../support/memory_operation_context.ts";

const show = async ({ context }: MemoryDispatch, input: object) =>
  (await performOperation(context, "report.show", input)) as ReportDocument;

describe("report.show", () => {
  test("goes back 30 whole days by default, by day, in UTC", async () => {
    const dispatch = await createMemoryDispatch();
    dispatch.counters.count({ timeMs: Date.parse("2026-10-22T23:59:59Z") });
    dispatch.counters.count({ timeMs: Date.parse("2026-10-23T00:00:00Z"), event: "failed", sizeBytes: 9 });
    assert.deepEqual(await show(dispatch, {}), {
      from: "2026-10-23T00:00:00Z",
      to: "2026-11-22T12:00:00Z",
      timeZone: "UTC",
      rows: [{ time: "2026-10-23T00:00:00Z", relay: null, event: "failed", count: 1, recipients: 1, bytes: 9 }],
    });
  });

  test("takes times without a zone, and days, in the zone of the report", async () => {
    const dispatch = await createMemoryDispatch();
    const zone = { timeZone: "Asia/Kolkata" };
    const document = await show(dispatch, { ...zone, fromTime: "2026-11-01", toTime: "2026-11-02T10:30:00" });
    assert.deepEqual([document.from, document.to], ["2026-11-01T00:00:00+05:30", "2026-11-02T10:30:00+05:30"]);
    const told = await show(dispatch, { ...zone, fromTime: "2026-11-01T00:00:00Z" });
    assert.equal(told.from, "2026-11-01T05:30:00+05:30");
  });

  test("tells of whole quarters of an hour, and says so", async () => {
    const dispatch = await createMemoryDispatch();
    const span = { fromTime: "2026-11-01T00:14:59Z", toTime: "2026-11-01T00:15:01Z" };
    const { from, to } = await show(dispatch, span);
    assert.deepEqual([from, to], ["2026-11-01T00:00:00Z", "2026-11-01T00:30:00Z"]);
  });

  for (const [by, expected] of [
    ["hour", ["2026-11-22T11:00:00Z", null]],
    ["month,relay", ["2026-11-01T00:00:00Z", "west"]],
    [" relay , event ", [null, "west"]],
    ["event", [null, null]],
  ] as const) {
    test(`adds up by ${JSON.stringify(by)}`, async () => {
      const dispatch = await createMemoryDispatch();
      dispatch.counters.count({ relay: "west" });
      const { rows } = await show(dispatch, { by, fromTime: "2026-11-01" });
      assert.deepEqual(
        rows.map(({ time, relay }) => [time, relay]),
        [expected],
      );
    });
  }

  test("waits until the log, and so the counters, have caught up", async () => {
    const dispatch = await createMemoryDispatch();
    const caughtUp = async () => dispatch.counters.count({});
    const { rows } = await show({ ...dispatch, context: { ...dispatch.context, caughtUp } }, {});
    assert.equal(rows.length, 1);
  });

  for (const [what, input, rule] of [
    ["two kinds of steps", { by: "hour,day" }, /by must be one or more of/],
    ["an unknown step", { by: "fortnight" }, /by must be one or more of/],
    ["an unknown zone", { timeZone: "Middle-earth/Shire" }, /timeZone must be a time zone such as/],
    ["an end before the beginning", { fromTime: "2026-11-02", toTime: "2026-11-01" }, /must lie before the end/],
    ["more hours than anybody reads", { fromTime: "2026-01-01", by: "hour" }, /within 100 days/],
    ["more days than anybody reads", { fromTime: "0001-01-01" }, /within 3700 days/],
    ["what is no time", { fromTime: "yesterday" }, /must be a time such as/],
  ] as const) {
    test(`refuses ${what}`, async () => {
      const error = await assertRefusal(async () => show(await createMemoryDispatch(), input), "input_invalid");
      assert.match(error.message, rule);
    });
  }

  test("takes any span by month", async () => {
    const { rows } = await show(await createMemoryDispatch(), { fromTime: "0001-01-01", by: "month" });
    assert.deepEqual(rows, []);
  });
});
