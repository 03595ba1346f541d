/** Starts that have to be refused, each with what to do, and with nothing changed. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Finished } from "../../support/e2e_process.ts";
import { run, until } from "../../support/e2e_process.ts";
import { Sink } from "../../support/e2e_sink.ts";
import { SmtpClient } from "../../support/e2e_smtp_client.ts";
import type { Stage } from "../../support/e2e_stage.ts";
import type { Scenario } from "../scenario.ts";

/** Runs `serve`, which has to end by itself with an error, and returns what it said. */
async function refusedStart(stage: Stage, code = 1): Promise<Finished> {
  const result = await stage.cli(["serve"], { timeoutMs: 20_000 });
  assert.equal(result.code, code, `${result.signal} ${result.stdout}${result.stderr}`);
  return result;
}

/** A data directory that Dispatch has used and left; a command does in a third of the time what a start would. */
async function usedDirectory(stage: Stage): Promise<void> {
  await stage.json("key", "create", "first");
}

async function occupy(stage: Stage, port: number): Promise<void> {
  const server = createServer().listen(port);
  await once(server, "listening");
  stage.onClose(() => server.close());
}

/** Refused starts. */
export const badStart: readonly Scenario[] = [
  {
    name: "a data directory that can't be made is refused",
    async play(stage) {
      await writeFile(stage.dataDirectory, "a file where a directory should be");
      assert.match((await refusedStart(stage)).stderr, /data directory .* can't be written/);
    },
  },
  {
    name: "a key file that others can read or that does not open the stored secrets is refused, and so is its absence",
    async play(stage) {
      await usedDirectory(stage);
      const keyFile = join(stage.dataDirectory, "dispatch.key");
      await chmod(keyFile, 0o644);
      assert.match((await refusedStart(stage)).stderr, /can be read by others .*chmod 600/);
      await chmod(keyFile, 0o600);
      const key = await readFile(keyFile);
      await run(["rm", keyFile]);
      assert.match((await refusedStart(stage)).stderr, /key file .* is missing/);
      await writeFile(keyFile, "not a key\n", { mode: 0o600 });
      assert.match((await refusedStart(stage)).stderr, /is not a Dispatch key/);
      const other = { ...stage.environment };
      stage.environment.DISPATCH_DATA_DIR = join(stage.folder, "other");
      await usedDirectory(stage);
      const foreignKey = await readFile(join(stage.folder, "other/dispatch.key"));
      Object.assign(stage.environment, other);
      await writeFile(keyFile, foreignKey, { mode: 0o600 });
      assert.match((await refusedStart(stage)).stderr, /does not open the secrets/);
      await writeFile(keyFile, key, { mode: 0o600 });
      await stage.start();
    },
  },
  {
    name: "a database of another program is refused and left as it is",
    async play(stage) {
      await mkdir(stage.dataDirectory, { mode: 0o700 });
      const path = join(stage.dataDirectory, "dispatch.db");
      const database = new DatabaseSync(path);
      database.exec("CREATE TABLE recipes (name TEXT)");
      database.close();
      const before = await readFile(path);
      assert.match((await refusedStart(stage)).stderr, /is not a Dispatch database/);
      assert.ok(before.equals(await readFile(path)));
      await writeFile(path, "no database at all, but long enough to be looked at".repeat(20));
      assert.match((await refusedStart(stage)).stderr, /is not a Dispatch database/);
    },
  },
  {
    name: "a database of a newer version is refused and left as it is",
    async play(stage) {
      await usedDirectory(stage);
      const path = join(stage.dataDirectory, "dispatch.db");
      const database = new DatabaseSync(path);
      database.exec("PRAGMA user_version = 9999");
      database.close();
      const before = await readFile(path);
      assert.match((await refusedStart(stage)).stderr, /schema version 9999/);
      assert.ok(before.equals(await readFile(path)));
    },
  },
  {
    name: "a damaged spool is refused and left as it is; a command recovers what can be read",
    async play(stage) {
      const service = await stage.start();
      const client = await SmtpClient.greet(stage.ports.smtp);
      const content = `Subject: kept\r\n\r\n${"x".repeat(900)}\r\n`.repeat(4);
      for (let sent = 0; sent < 100; sent++) await client.send("a@example.org", ["you@example.org"], content);
      client.close();
      await service.stop();
      const path = join(stage.dataDirectory, "spool/spool.db");
      const damaged = await readFile(path);
      damaged.fill(0xff, damaged.length / 2, (damaged.length * 3) / 4);
      await writeFile(path, damaged);
      assert.match((await refusedStart(stage)).stderr, /spool .* is damaged.*dispatch queue recover/);
      assert.ok(damaged.equals(await readFile(path)));
      const { damagedDirectory } = await stage.json<{ damagedDirectory: string }>("queue", "recover");
      assert.ok(damaged.equals(await readFile(join(damagedDirectory, "spool.db"))));
      await stage.start();
      const kept = (await stage.json<{ state: string }[]>("queue", "list")).filter(({ state }) => state === "captured");
      assert.ok(kept.length > 10 && kept.length < 100, `${kept.length} of 100 were recovered`);
    },
  },
  {
    name: "a port that is taken is named, and the other listeners are up",
    async play(stage) {
      await occupy(stage, stage.ports.http);
      const service = await stage.start();
      await service.logged(new RegExp(`\\b${stage.ports.http}\\b`));
      (await SmtpClient.greet(stage.ports.smtp)).close();
      const health = await stage.json<{ status: string }>("health");
      assert.equal(health.status, "degraded");
    },
  },
  {
    name: "a service that can bind nothing ends with an error that names every port",
    async play(stage) {
      for (const port of Object.values(stage.ports)) await occupy(stage, port);
      const { stderr } = await refusedStart(stage);
      for (const port of Object.values(stage.ports)) assert.match(stderr, new RegExp(`\\b${port}\\b`));
    },
  },
  {
    name: "an environment variable with a typing error is refused with the nearest known one",
    async play(stage) {
      stage.environment.DISPATCH_LISTENER_PORT = "[2525]";
      const { stderr } = await refusedStart(stage, 2);
      assert.match(stderr, /DISPATCH_LISTENER_PORT .*DISPATCH_LISTENER_PORTS/);
    },
  },
  {
    name: "bad values in the environment are refused all at once",
    async play(stage) {
      stage.environment.DISPATCH_SPOOL_WORKER_COUNT = "99";
      stage.environment.DISPATCH_TLS_MIN_VERSION = "TLSv1.1";
      const { stderr } = await refusedStart(stage, 2);
      assert.match(stderr, /spool\.worker_count/);
      assert.match(stderr, /tls\.min_version/);
    },
  },
  {
    name: "a spool entry that can't be read is set aside, counted and never deleted",
    async play(stage) {
      const sink = await Sink.start({ message: () => "451 4.7.1 later" });
      stage.onClose(() => sink.close());
      const first = await stage.start();
      await stage.relayTo(sink.port);
      const client = await SmtpClient.greet(stage.ports.smtp);
      const large = `Subject: large\r\n\r\n${`${"x".repeat(70)}\r\n`.repeat(8000)}`;
      assert.match(await client.send("a@example.org", ["you@example.org"], large), /^250 /);
      client.close();
      const list = () => stage.perform("queue.list", {});
      const entry = await until("the first attempt", async () =>
        (await list()).find(({ state }) => state === "retrying"),
      );
      await first.stop();
      await run(["sh", "-c", `rm "${stage.dataDirectory}"/spool/large/*`]);
      const second = await stage.start();
      assert.deepEqual(
        (await list()).map(({ id, state }) => [id, state]),
        [[entry.id, "unreadable"]],
      );
      await second.logged(new RegExp(entry.id));
    },
  },
];
