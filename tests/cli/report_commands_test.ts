import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryCli } from "../support/memory_cli.ts";
import { samplePurgeRun } from "../support/memory_purges.ts";

test("report prints a line for each day and relay, and a column for each event that has happened", async () => {
  const cli = await createMemoryCli();
  const { counters } = cli.dispatch;
  counters.count({ event: "queued", relay: null });
  counters.count({ event: "delivered", relay: "west" });
  counters.count({ event: "delivered", relay: "west" });
  const { stdout, exitCode } = await cli.run(["report", "--by", "day,relay", "--time-zone", "Asia/Kolkata"]);
  assert.equal(exitCode, 0);
  assert.deepEqual(stdout.split("\n"), [
    "TIME                       RELAY  QUEUED  DELIVERED",
    "2026-11-22T00:00:00+05:30  -      1       0",
    "2026-11-22T00:00:00+05:30  west   0       2",
    "",
  ]);
});

test("report has its columns in the order in which a message meets the events", async () => {
  const cli = await createMemoryCli();
  for (const event of ["failed", "delivered", "retrying", "queued"] as const) cli.dispatch.counters.count({ event });
  const { stdout } = await cli.run(["report", "--by", "day"]);
  assert.deepEqual(stdout.split("\n")[0]?.split(/ +/), ["TIME", "RELAY", "QUEUED", "DELIVERED", "RETRYING", "FAILED"]);
});

test("report says of which span nothing was counted", async () => {
  const { stdout } = await (await createMemoryCli()).run([
    "report",
    "--from-time",
    "2026-11-01",
    "--to-time",
    "2026-11-02",
  ]);
  assert.equal(stdout, "Nothing was counted from 2026-11-01T00:00:00Z to 2026-11-02T00:00:00Z.\n");
});

test("report --json prints the span with the rows", async () => {
  const cli = await createMemoryCli();
  cli.dispatch.counters.count({ event: "failed", relay: "west" });
  const { stdout } = await cli.run(["report", "--by", "event", "--json"]);
  assert.deepEqual(JSON.parse(stdout), {
    from: "2026-10-23T00:00:00Z",
    to: "2026-11-22T12:00:00Z",
    timeZone: "UTC",
    rows: [{ time: null, relay: null, event: "failed", count: 1, recipients: 1, bytes: 1234 }],
  });
});

test("report refuses a zone that is none, as wrong usage", async () => {
  const { exitCode, stderr } = await (await createMemoryCli()).run(["report", "--time-zone", "Shire"]);
  assert.equal(exitCode, 2);
  assert.match(stderr, /time-?zone must be a time zone such as UTC or Europe\/Vienna; "Shire" was given/i);
});

test("purge run prints what was removed", async () => {
  const { stdout, exitCode } = await (await createMemoryCli()).run(["purge", "run"]);
  assert.equal(exitCode, 0);
  assert.deepEqual(stdout.split("\n"), ["state:           done", "failedMessages:  2", "audit:           0", ""]);
});

test("purge list prints a line for each purge, with what it removed and why not all", async () => {
  const cli = await createMemoryCli();
  const problem = "logFailed: no such table";
  cli.dispatch.purges.runs.push(samplePurgeRun({ cause: "schedule", state: "failed", problem }));
  const { stdout } = await cli.run(["purge", "list"]);
  assert.deepEqual(stdout.split("\n"), [
    "STARTED                   ENDED                     CAUSE     STATE   REMOVED            PROBLEM",
    `2026-11-22T12:00:00.000Z  2026-11-22T12:01:00.000Z  schedule  failed  failedMessages: 2  ${problem}`,
    "",
  ]);
});
