import assert from "node:assert/strict";
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { MessageChannel } from "node:worker_threads";
import type { MessageEvent } from "../../core/history/message_event.ts";
import type { Spool } from "../../core/spool/mod.ts";
import { openStores } from "../../drizzle/stores.ts";
import { type DatabaseThread, startDatabaseThread } from "../../runtime-node/database_client.ts";
import { serveSpool } from "../../runtime-node/spool_calls.ts";
import { openSqlite } from "../../runtime-node/sqlite_connection.ts";
import { eventNames } from "../support/memory_config_store.ts";
import { sampleEvent } from "../support/memory_message_log.ts";
import { describeDatabase } from "./database_suite.ts";

/** The history of a spool, in memory. */
class History {
  readonly #events: MessageEvent[] = [];
  #forgotten = 0;
  #wake = () => {};

  add(event: MessageEvent): void {
    this.#events.push(event);
    this.#wake();
  }

  get backlog(): number {
    return this.#events.length - this.#forgotten;
  }

  /** A port whose other end serves this history. */
  connect(): MessageChannel["port1"] {
    const { port1, port2 } = new MessageChannel();
    const spool: Pick<Spool, "takeHistory" | "forgetHistory" | "counts"> = {
      takeHistory: async (max, signal) => {
        while (this.backlog === 0 && !signal.aborted) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
            signal.addEventListener("abort", () => resolve(), { once: true });
          });
        }
        const rows = this.#events.slice(this.#forgotten, this.#forgotten + max).map((event) => JSON.stringify(event));
        return { through: this.#forgotten + rows.length, rows, backlog: this.backlog };
      },
      forgetHistory: async (through) => {
        this.#forgotten = through;
      },
      counts: async () => ({
        queued: 0,
        processing: 0,
        retrying: 0,
        failed: 0,
        captured: 0,
        unreadable: 0,
        historyBacklog: this.backlog,
      }),
    };
    serveSpool(port2, spool as Spool);
    // The test ends when it is done, whether the thread still holds its end or not.
    port2.unref();
    return port1;
  }
}

async function start(path: string, history = new History(), logger = eventNames()): Promise<DatabaseThread> {
  const thread = await startDatabaseThread({ path }, logger, assert.ifError);
  await thread.calls.follow(history.connect());
  return thread;
}

describeDatabase("startDatabaseThread", async (path) => {
  const thread = await start(path);
  return { driver: thread.calls, close: () => thread.stop() };
});

describe("startDatabaseThread history", () => {
  let directory: string;
  let path: string;
  let history: History;
  let logger: ReturnType<typeof eventNames>;
  let thread: DatabaseThread;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "dispatch-history-"));
    path = join(directory, "dispatch.db");
    history = new History();
    logger = eventNames();
    thread = await start(path, history, logger);
  });

  afterEach(async () => {
    await thread.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  test("takes the spool's events into the message log", async () => {
    const { log } = openStores(thread.calls);
    const event = sampleEvent();
    history.add(event);
    assert.equal(await thread.calls.caughtUp(5000), true);
    assert.deepEqual((await log.search({ limit: 10 })).rows, [event]);
    assert.equal(history.backlog, 0);
  });

  test("catches up once a database that had vanished is back", async () => {
    renameSync(path, `${path}.away`);
    history.add(sampleEvent());
    assert.equal(await thread.calls.caughtUp(500), false);
    const { isWorking, reason } = await thread.calls.logState();
    assert.equal(isWorking, false);
    assert.match(String(reason), /the file is gone/);
    renameSync(`${path}.away`, path);
    assert.equal(await thread.calls.caughtUp(5000), true);
    assert.equal((await openStores(thread.calls).log.search({ limit: 10 })).rows.length, 1);
    assert.deepEqual(logger.events, ["history.suspended", "history.resumed"]);
  });

  test("waits for another program's lock without losing a batch", async () => {
    const other = openSqlite(path);
    other.exec("BEGIN IMMEDIATE");
    history.add(sampleEvent());
    const caughtUp = thread.calls.caughtUp(5000);
    setTimeout(() => other.exec("COMMIT"), 300);
    assert.equal(await caughtUp, true);
    other.close();
    assert.equal(history.backlog, 0);
    assert.deepEqual(logger.events, []);
  });

  test("leaves out the rows that are switched off from then on", async () => {
    await thread.calls.setUnlogged(["delivered"]);
    history.add(sampleEvent({ event: "delivered" }));
    assert.equal(await thread.calls.caughtUp(5000), true);
    const { log } = openStores(thread.calls);
    assert.deepEqual((await log.search({ limit: 10 })).rows, []);
    assert.equal((await log.find("spl_1"))?.status, "delivered");
  });

  test("writes after the next start what came in between", async () => {
    await thread.stop();
    history.add(sampleEvent());
    thread = await start(path, history);
    assert.equal(await thread.calls.caughtUp(5000), true);
    assert.equal(history.backlog, 0);
  });
});
