/** What becomes of mail while the database is locked, deleted or full: it flows on, and is logged and counted afterwards. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openSqlite } from "../../../runtime-node/sqlite_connection.ts";
import { findTool, run, until } from "../../support/e2e_process.ts";
import { Sink } from "../../support/e2e_sink.ts";
import type { Stage } from "../../support/e2e_stage.ts";
import type { Scenario } from "../scenario.ts";

/** A user namespace lets any user mount, where the system allows it. */
const unshare = ["unshare", "--user", "--map-root-user", "--mount"];

/** Run in the namespace: a folder that is to be a small file system, and the command that is to see it. */
const mountSmall = 'mount -t tmpfs -o size=12m tmpfs "$1"; shift; exec "$@"';

/** The binary has the runtime of one of them. */
const targets = ["bun", "node"] as const;

interface Report {
  readonly rows: readonly { readonly event: string; readonly count: number; readonly recipients: number }[];
}

/** Sends so many messages and waits until all are acknowledged. */
async function send(stage: Stage, messages: number): Promise<void> {
  const options = [
    "-d",
    "-s",
    "5",
    "-l",
    "1000",
    "-m",
    String(messages),
    "-f",
    "a@example.org",
    "-t",
    "you@example.net",
  ];
  const { code, stderr } = await run([findTool("smtp-source") as string, ...options, `127.0.0.1:${stage.ports.smtp}`]);
  assert.equal(code, 0, stderr);
}

/** A service whose mail goes to the sink. */
async function startWithSink(stage: Stage, ...under: readonly string[]): Promise<Sink> {
  const sink = await Sink.start();
  stage.onClose(() => sink.close());
  await stage.start(...under);
  await stage.relayTo(sink.port);
  return sink;
}

const arrived = (sink: Sink, messages: number) =>
  until(`${messages} messages at the smart host`, () => sink.messages.length >= messages);

/** Waits until the message log has a row for each event of each message, and asserts that the counters agree. */
async function assertLogged(stage: Stage, sink: Sink): Promise<void> {
  const { length } = sink.messages;
  for (const event of ["queued", "delivered"]) {
    await until(`${length} rows of what was ${event}`, async () => {
      const rows = await stage.json<unknown[]>("log", "search", "--event", event, "--limit", "1000");
      return rows.length === length;
    });
  }
  const { rows } = await stage.json<Report>("report", "--by", "event");
  assert.deepEqual(
    rows.map(({ event, count, recipients }) => [event, count, recipients]),
    [
      ["delivered", length, length],
      ["queued", length, length],
    ],
  );
}

/** Writes a file until the file system that it is in is full. */
function fill(path: string): void {
  for (let bytes = 1 << 20; bytes >= 1024; ) {
    try {
      appendFileSync(path, Buffer.alloc(bytes));
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, "ENOSPC");
      bytes /= 2;
    }
  }
}

/** A database that is away, under load. */
export const databaseOutage: readonly Scenario[] = [
  {
    name: "mail flows on while the database is locked and when it is deleted, and is logged afterwards",
    tools: ["smtp-source"],
    targets,
    async play(stage) {
      const sink = await startWithSink(stage);
      await stage.json("config", "set", "spool.max_retries", "7");
      const path = join(stage.dataDirectory, "dispatch.db");
      const other = openSqlite(path);
      other.exec("PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE");
      await send(stage, 100);
      await arrived(sink, 100);
      other.exec("ROLLBACK");
      other.close();
      for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix);
      await send(stage, 100);
      await arrived(sink, 200);
      await until("the database to be put back", () => existsSync(path));
      await send(stage, 100);
      await arrived(sink, 300);
      await assertLogged(stage, sink);
      const { state } = await stage.json<{ state: string }>("purge", "run");
      assert.equal(state, "done");
      const found = openSqlite(path, { readOnly: true });
      assert.deepEqual(found.values("SELECT value FROM config WHERE key = 'spool.max_retries'", []), [["7"]]);
      assert.deepEqual(found.values("SELECT name FROM relay WHERE is_default = 1", []), [["sink"]]);
      found.close();
    },
  },
  {
    name: "mail flows on while the database finds no room on its disk, and is logged afterwards",
    tools: ["smtp-source"],
    obstacle: () =>
      spawnSync(unshare[0] as string, [...unshare.slice(1), "true"]).status === 0 ? null : "needs a mount namespace",
    targets,
    async play(stage) {
      const folder = join(stage.folder, "small");
      mkdirSync(folder);
      stage.environment.DISPATCH_DATABASE_URL = join(folder, "dispatch.db");
      const sink = await startWithSink(stage, ...unshare, "sh", "-c", mountSmall, "sh", folder);
      const filler = join("/proc", String(stage.service.pid), "root", folder, "filler");
      fill(filler);
      await send(stage, 200);
      await arrived(sink, 200);
      await until("the database to be reported", async () => {
        const { code, stdout } = await stage.cli(["health", "--json"]);
        return code === 0 && JSON.parse(stdout).database.status === "unavailable";
      });
      rmSync(filler);
      await send(stage, 50);
      await arrived(sink, 250);
      await assertLogged(stage, sink);
    },
  },
];
