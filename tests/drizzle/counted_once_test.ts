/** From a real spool into real counters: each event once, whatever ends in between. */
import assert from "node:assert/strict";
import { renameSync } from "node:fs";
import { afterEach, beforeEach, describe, test } from "node:test";
import { LogWriter } from "../../core/history/log_writer.ts";
import type { MessageLog } from "../../core/history/message_log.ts";
import { openSpoolFile, type SqliteSpool } from "../../core/spool/mod.ts";
import { recoverSpool } from "../../core/spool/recover_spool.ts";
import { openStores, type Stores } from "../../drizzle/stores.ts";
import { systemClock } from "../../runtime-node/clock.ts";
import { openSqlite } from "../../runtime-node/sqlite_connection.ts";
import { DatabaseFixture } from "../support/database_fixture.ts";
import { newMessage, SpoolFixture } from "../support/spool_fixture.ts";

let database: DatabaseFixture;
let stores: Stores;
let fixture: SpoolFixture;
let spool: SqliteSpool;

describe("counters", () => {
  beforeEach(async () => {
    database = new DatabaseFixture();
    stores = openStores(await database.open());
    fixture = new SpoolFixture();
    spool = fixture.open();
  });

  afterEach(async () => {
    await spool.close();
    fixture.remove();
    database.remove();
  });

  async function accept(messages: number): Promise<void> {
    await Promise.all(Array.from({ length: messages }, () => spool.append(newMessage())));
  }

  /** Writes what waits into the log, as a service does until it ends. */
  async function write(log: Pick<MessageLog, "append"> = stores.log, history: LogWriterHistory = spool): Promise<void> {
    const parts = { clock: systemClock, logger: fixture.logger, unlogged: () => new Set<never>() };
    const writer = new LogWriter({ ...parts, history, log });
    writer.start();
    await writer.caughtUp(5000);
    await writer.stop();
  }

  type LogWriterHistory = Pick<SqliteSpool, "takeHistory" | "forgetHistory" | "counts">;

  /** The service dies after the log has a batch, and before the spool knows. */
  async function writeAndDie(): Promise<void> {
    const { rows } = await spool.takeHistory(500, new AbortController().signal);
    let forgets = 0;
    await new Promise<void>((resolve) => {
      const history: LogWriterHistory = {
        counts: () => spool.counts(),
        takeHistory: (max, signal) => spool.takeHistory(max, signal),
        forgetHistory: () => {
          forgets += 1;
          resolve();
          return new Promise<never>(() => {});
        },
      };
      const parts = { clock: systemClock, logger: fixture.logger, unlogged: () => new Set<never>() };
      new LogWriter({ ...parts, history, log: stores.log }).start();
    });
    assert.deepEqual([forgets, (await spool.counts()).historyBacklog], [1, rows.length]);
  }

  async function counted(): Promise<number> {
    const span = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, offsetMs: 0, stepMs: null, byRelay: false };
    return (await stores.counters.sums(span)).reduce((sum, { count }) => sum + count, 0);
  }

  const rows = async () => (await stores.log.search({ limit: 1000 })).rows.length;

  test("what was written, and not confirmed before the service died, is counted once", async () => {
    await accept(3);
    await writeAndDie();
    await accept(2);
    await spool.close();
    spool = fixture.open();
    await accept(1);
    await write();
    assert.deepEqual([await counted(), await rows()], [6, 6]);
  });

  test("what was confirmed is not counted again by a spool whose numbers begin anew", async () => {
    for (const messages of [3, 2]) {
      await accept(messages);
      await write();
      await spool.close();
      spool = fixture.open();
    }
    assert.deepEqual([await counted(), await rows()], [5, 5]);
  });

  test("a recovered spool hands over once more what was counted already, and it is counted once", async () => {
    await accept(3);
    await writeAndDie();
    await spool.close();
    const damagedPath = `${fixture.path}.damaged`;
    renameSync(fixture.path, damagedPath);
    const [damaged, fresh] = [openSqlite(damagedPath, { readOnly: true }), openSqlite(fixture.path)];
    openSpoolFile(fresh, fixture.path);
    recoverSpool(damaged, fresh);
    damaged.close();
    fresh.close();
    spool = fixture.open();
    await accept(1);
    await write();
    assert.deepEqual([await counted(), await rows()], [4, 4]);
  });

  test("a batch whose answer was lost is counted once", async () => {
    await accept(3);
    let answers = 0;
    await write({
      async append(...batch) {
        await stores.log.append(...batch);
        answers += 1;
        if (answers === 1) throw new TypeError("disk I/O error");
      },
    });
    assert.deepEqual([answers, await counted(), await rows()], [2, 3, 3]);
  });
});
