import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryCli } from "../support/memory_cli.ts";

test("audit search prints who changed what, as people read it", async () => {
  const cli = await createMemoryCli();
  await cli.run(["config", "set", "spool.worker_count", "8"]);
  await cli.run(["config", "set", "spool.worker_count", "many"]);
  const { stdout, exitCode } = await cli.run(["audit", "search"]);
  const time = "2026-11-22T12:00:00.000Z";
  assert.equal(exitCode, 0);
  assert.deepEqual(stdout.split("\n"), [
    "TIME                      EVENT           OUTCOME  BY            FROM  SUBJECT             DETAIL",
    `${time}  config.changed  refused  command_line  -     spool.worker_count  config_invalid`,
    `${time}  config.changed  done     command_line  -     spool.worker_count  spool.worker_count: 4 -> 8`,
    "",
  ]);
});

test("audit search shows what there is of a thing that is new or gone, and what has changed within it", async () => {
  const cli = await createMemoryCli();
  await cli.run(["relay", "add", "east", "--provider", "local"]);
  await cli.run(["relay", "add", "west", "--provider", "smtp", "--set", "host=a.example"]);
  await cli.run(["relay", "set", "west", "--set", "host=b.example"]);
  await cli.run(["relay", "remove", "west"]);
  const lines = (await cli.run(["audit", "search", "--limit", "3"])).stdout.split("\n");
  assert.match(lines[1]!, /west {5}id: "rly_\w+"; name: "west"; .*settings\.host: "b\.example"/);
  assert.match(lines[2]!, /west {5}settings\.host: "a\.example" -> "b\.example"$/);
  assert.match(lines[3]!, /west {5}id: "rly_\w+"; name: "west"; .*settings\.host: "a\.example"/);
});

test("audit search --json prints the rows alone, and tells on standard error how to go on", async () => {
  const cli = await createMemoryCli();
  await cli.run(["relay", "add", "west", "--provider", "local"]);
  await cli.run(["relay", "disable", "east"]);
  const { stdout, stderr } = await cli.run(["audit", "search", "--limit", "1", "--json"]);
  const rows = JSON.parse(stdout) as { event: string; outcome: string; reason: string }[];
  assert.deepEqual(
    rows.map(({ event, outcome, reason }) => [event, outcome, reason]),
    [["relay.disabled", "refused", "relay_unknown"]],
  );
  assert.match(stderr, /--cursor 1/);
});

test("audit search passes each option on", async () => {
  const cli = await createMemoryCli();
  const times = ["--from-time", "2026-11-22", "--to-time", "2026-11-23"];
  const rest = ["--event", "access.denied", "--category", "security", "--actor", "smtp", "--address", "192.0.2.1"];
  await cli.run(["audit", "search", ...times, ...rest, "--text", "cidrs", "--limit", "5", "--cursor", "0"]);
  assert.deepEqual(cli.dispatch.auditLog.queries, [
    {
      fromTimeMs: Date.UTC(2026, 10, 22),
      toTimeMs: Date.UTC(2026, 10, 23),
      event: "access.denied",
      category: "security",
      actor: "smtp",
      address: "192.0.2.1",
      text: "cidrs",
      limit: 5,
      cursor: "0",
    },
  ]);
});

test("audit search shows what a stranger called itself without letting it command the terminal", async () => {
  const cli = await createMemoryCli();
  const actor = { kind: "smtp", name: "\u009b2Jeve", address: "192.0.2.1" } as const;
  cli.dispatch.context.audit.record({ event: "smtp.sign_in_failed", actor, subject: "\u202eevil", outcome: "refused" });
  const { stdout } = await cli.run(["audit", "search"]);
  assert.doesNotMatch(stdout.replaceAll("\n", ""), /[\p{Cc}\p{Cf}]/u);
  assert.match(stdout, /smtp "2Jeve" {2}192\.0\.2\.1 {2}\\u\{202e\}evil/);
});

test("audit search refuses an event that there is none of, and names those that there are", async () => {
  const cli = await createMemoryCli();
  const { stderr, exitCode } = await cli.run(["audit", "search", "--event", "config.fried"]);
  assert.equal(exitCode, 2);
  assert.match(stderr, /config\.changed/);
});
