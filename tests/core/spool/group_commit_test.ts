import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { SqlConnection } from "../../../core/capabilities.ts";
import { isDispatchError } from "../../../core/error/mod.ts";
import { GroupCommit } from "../../../core/spool/group_commit.ts";
import { openSpoolFile, SqliteSpool } from "../../../core/spool/mod.ts";
import { openSqlite } from "../../../runtime-node/sqlite_connection.ts";
import { newMessage, SpoolFixture } from "../../support/spool_fixture.ts";

/** A connection that notes each statement of a transaction, when it has returned. */
function recordingConnection(connection: SqlConnection): SqlConnection & { readonly done: string[] } {
  const done: string[] = [];
  return {
    done,
    exec(sql) {
      connection.exec(sql);
      done.push(sql);
    },
    prepare: (sql) => connection.prepare(sql),
    close: () => connection.close(),
  };
}

describe("GroupCommit", () => {
  let connection: ReturnType<typeof recordingConnection>;
  let pending: (() => void)[];
  let commits: GroupCommit;

  beforeEach(() => {
    connection = recordingConnection(openSqlite(":memory:"));
    connection.exec("CREATE TABLE t (n INTEGER PRIMARY KEY CHECK (n < 100))");
    connection.done.length = 0;
    pending = [];
    commits = new GroupCommit(connection, { schedule: (callback) => pending.push(callback) });
  });

  afterEach(() => connection.close());

  const insert = (n: number) => () => {
    connection.prepare("INSERT INTO t (n) VALUES (?)").run(n);
    return n;
  };
  const stored = () =>
    connection
      .prepare("SELECT n FROM t ORDER BY rowid")
      .all()
      .map(({ n }) => n);
  const runScheduled = () => {
    for (const callback of pending.splice(0)) callback();
  };

  it("commits once for all work that waits", async () => {
    const results = [1, 2, 3, 4, 5].map((n) => commits.run(insert(n)));
    assert.equal(pending.length, 1);
    runScheduled();
    assert.deepEqual(await Promise.all(results), [1, 2, 3, 4, 5]);
    assert.deepEqual(connection.done, ["BEGIN IMMEDIATE", "COMMIT"]);
  });

  it("lets work that is not urgent ride along with the next commit", async () => {
    const soon: (() => void)[] = [];
    const both = {
      schedule: (call: () => void) => pending.push(call),
      scheduleSoon: (call: () => void) => soon.push(call),
    };
    commits = new GroupCommit(connection, both);
    const results = [commits.runSoon(insert(1)), commits.runSoon(insert(2))];
    assert.deepEqual([pending.length, soon.length], [0, 1]);
    results.push(commits.run(insert(3)));
    runScheduled();
    assert.deepEqual(await Promise.all(results), [1, 2, 3]);
    assert.deepEqual(connection.done, ["BEGIN IMMEDIATE", "COMMIT"]);
    results.push(commits.runSoon(insert(4)));
    for (const call of soon) call();
    assert.equal(await results[3], 4);
  });

  it("runs work in the order in which it came", async () => {
    const order: number[] = [];
    const results = [3, 1, 2].map((n) => commits.run(() => order.push(n)));
    runScheduled();
    await Promise.all(results);
    assert.deepEqual(order, [3, 1, 2]);
  });

  it("resolves nothing before the commit has returned", async () => {
    const seen: string[][] = [];
    const results = [1, 2].map(async (n) => {
      await commits.run(insert(n));
      seen.push([...connection.done]);
    });
    runScheduled();
    await Promise.all(results);
    assert.deepEqual(seen, [
      ["BEGIN IMMEDIATE", "COMMIT"],
      ["BEGIN IMMEDIATE", "COMMIT"],
    ]);
  });

  it("fails the one piece that can't be done, and does the others", async () => {
    const results = [1, 200, 2].map((n) => commits.run(insert(n)));
    runScheduled();
    const settled = await Promise.allSettled(results);
    assert.deepEqual(
      settled.map(({ status }) => status),
      ["fulfilled", "rejected", "fulfilled"],
    );
    assert.deepEqual(stored(), [1, 2]);
  });

  it("undoes what a piece did before it failed", async () => {
    const result = commits.run(() => {
      insert(1)();
      insert(200)();
    });
    runScheduled();
    await assert.rejects(result, /CHECK/);
    assert.deepEqual(stored(), []);
  });

  it("takes work that comes after a failure", async () => {
    const failed = commits.run(insert(200));
    runScheduled();
    await assert.rejects(failed);
    const result = commits.run(insert(7));
    runScheduled();
    assert.equal(await result, 7);
  });

  it("flushes at once when asked to", async () => {
    const result = commits.run(insert(1));
    commits.flush();
    assert.equal(await result, 1);
    runScheduled();
    assert.deepEqual(connection.done, ["BEGIN IMMEDIATE", "COMMIT"]);
  });
});

describe("SqliteSpool on a full disk", () => {
  let fixture: SpoolFixture;
  let connection: ReturnType<typeof recordingConnection>;
  let spool: SqliteSpool;

  beforeEach(() => {
    fixture = new SpoolFixture();
    connection = recordingConnection(openSqlite(fixture.path));
    openSpoolFile(connection, fixture.path);
    connection.done.length = 0;
    spool = new SqliteSpool({
      connection,
      largeFiles: fixture.largeFiles,
      clock: fixture.clock,
      logger: fixture.logger,
      createEventId: () => `evt_${crypto.randomUUID()}`,
      schedule: (callback) => setTimeout(callback, 0),
    });
  });

  afterEach(async () => {
    await spool.close();
    fixture.remove();
  });

  const bigMessage = () => newMessage({ content: { kind: "inline", bytes: new Uint8Array(100_000) } });

  it("shares one commit among messages that arrive together", async () => {
    await Promise.all(Array.from({ length: 50 }, () => spool.append(newMessage())));
    assert.deepEqual(connection.done, ["BEGIN IMMEDIATE", "COMMIT"]);
  });

  it("answers spool_unavailable, stores nothing, and goes on once there is room", async () => {
    await spool.append(newMessage());
    const pages = connection.prepare("PRAGMA page_count").get()?.page_count;
    connection.exec(`PRAGMA max_page_count = ${pages}`);
    const refused = await Promise.allSettled([spool.append(bigMessage()), spool.append(bigMessage())]);
    for (const result of refused) {
      assert.ok(result.status === "rejected" && isDispatchError(result.reason, "spool_unavailable"));
    }
    assert.deepEqual([(await spool.counts()).queued, (await spool.counts()).historyBacklog], [1, 1]);
    assert.ok(fixture.logger.events.includes("spool.write_failed"));

    connection.exec("PRAGMA max_page_count = 1000000");
    assert.deepEqual(await spool.append(bigMessage()), { kind: "stored" });
    assert.equal((await spool.counts()).queued, 2);
    assert.equal((await spool.list({ limit: 10 })).length, 2);
  });

  it("hands out later what it could not hand out because another message could not be set aside", async () => {
    const broken = newMessage();
    const whole = newMessage();
    await spool.append(broken);
    await spool.append(whole);
    connection.prepare("UPDATE message SET recipients = '{' WHERE id = ?").run(broken.id);
    const { exec } = connection;
    connection.exec = () => {
      throw new Error("disk full");
    };
    await assert.rejects(spool.claim(2, new AbortController().signal), /disk full/);
    connection.exec = exec;
    const [claimed] = await spool.claim(2, AbortSignal.timeout(20_000));
    assert.equal(claimed?.entry.id, whole.id);
  });

  it("still ends a delivery, which frees room", async () => {
    await spool.append(bigMessage());
    const [claimed] = await spool.claim(1, new AbortController().signal);
    const pages = connection.prepare("PRAGMA page_count").get()?.page_count;
    connection.exec(`PRAGMA max_page_count = ${pages}`);
    const { id, recipients } = claimed!.entry;
    await spool.settle({ id, next: "done", recipients, attempts: 1, lastError: null, events: [] });
    assert.deepEqual(await spool.append(newMessage()), { kind: "stored" });
  });
});
