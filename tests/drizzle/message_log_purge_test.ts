import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import type { MessageEvent } from "../../core/history/message_event.ts";
import type { MessageLog, MessageLogQuery } from "../../core/history/message_log.ts";
import { openMessageLog } from "../../drizzle/message_log.ts";
import type { Database } from "../../runtime-node/database.ts";
import { DatabaseFixture } from "../support/database_fixture.ts";
import { sampleEvent } from "../support/memory_message_log.ts";

let database: Database;
let log: MessageLog;
const fixtures: DatabaseFixture[] = [];

describe("MessageLog.purge", () => {
  beforeEach(async () => {
    const fixture = new DatabaseFixture();
    fixtures.push(fixture);
    database = await fixture.open();
    log = openMessageLog(database, () => 0);
  });

  after(() => {
    for (const fixture of fixtures) fixture.remove();
  });

  /** Row `n` at `n` milliseconds, of a message of its own unless another is named. */
  function row(n: number, overrides: Partial<MessageEvent> = {}): MessageEvent {
    return sampleEvent({ eventId: `evt_${n}`, timeMs: n, id: `spl_${n}`, subject: `number ${n}`, ...overrides });
  }

  const series = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => row(from + index));

  async function found(query: Omit<MessageLogQuery, "limit"> = {}): Promise<string[]> {
    return (await log.search({ limit: 1000, ...query })).rows.map(({ eventId }) => eventId);
  }

  async function count(sql: string): Promise<unknown> {
    return (await database.query({ sql, params: [], method: "get" })).rows?.[0];
  }

  describe("openMessageLog purge", () => {
    test("deletes rows from before the time, of the events named, up to its limit", async () => {
      await log.append([row(1), row(2, { event: "failed" }), row(3), row(4), row(5)]);
      const what = { beforeMs: 5, events: ["delivered", "queued"], limit: 2 } as const;
      assert.equal(await log.purge(what), 2);
      assert.equal(await log.purge(what), 1);
      assert.equal(await log.purge(what), 0);
      assert.deepEqual(await found(), ["evt_5", "evt_2"]);
    });

    test("leaves nothing behind in the index", async () => {
      await log.append(series(0, 100));
      await log.purge({ beforeMs: 50, events: ["delivered"], limit: 1000 });
      assert.equal((await found({ subject: "number" })).length, 50);
      assert.deepEqual(await found({ subject: "49" }), []);
      assert.equal(await count("SELECT count(*) FROM message_search_docsize"), 50);
    });

    test("forgets a message with its last row, unless it is on its way", async () => {
      await log.append([
        row(1, { event: "queued", id: "spl_done" }),
        row(2, { id: "spl_done" }),
        row(3, { event: "queued", id: "spl_on_its_way" }),
      ]);
      await log.purge({ beforeMs: 10, events: ["queued"], limit: 10 });
      assert.equal((await log.find("spl_done"))?.status, "delivered");
      await log.purge({ beforeMs: 10, events: ["delivered"], limit: 10 });
      assert.equal(await log.find("spl_done"), null);
      assert.equal((await log.find("spl_on_its_way"))?.status, "queued");
    });

    test("gives the number of a purged row to a late one of its time", async () => {
      await log.append([row(1), row(2)]);
      await log.purge({ beforeMs: 2, events: ["delivered"], limit: 10 });
      await log.append([row(1, { eventId: "evt_late", subject: "late" })]);
      assert.deepEqual(await found(), ["evt_2", "evt_late"]);
      assert.deepEqual(await found({ subject: "late" }), ["evt_late"]);
      assert.deepEqual(await found({ subject: "number" }), ["evt_2"]);
    });
  });

  describe("openMessageLog search, while rows come and go", () => {
    for (const query of [
      {},
      { subject: "number" },
      { status: "delivered" },
      { subject: "numb*", status: "delivered" },
    ] as const) {
      test(`pages of ${JSON.stringify(query)} have each row once that was there all the time`, async () => {
        await log.append(series(1000, 1200));
        const seen: string[] = [];
        let cursor: string | undefined;
        for (let page = 0; page === 0 || cursor !== undefined; page++) {
          const { rows, next } = await log.search({ ...query, limit: 30, ...(cursor === undefined ? {} : { cursor }) });
          seen.push(...rows.map(({ eventId }) => eventId));
          cursor = next ?? undefined;
          // New rows, and late ones of a time that was passed; the oldest go, and all up to the one at the third cursor.
          await log.append([row(2000 + page), row(1199, { eventId: `evt_late_${page}`, id: null })]);
          await log.purge({ beforeMs: page === 2 ? 1111 : 1020, events: ["delivered"], limit: page === 2 ? 1000 : 10 });
        }
        assert.equal(new Set(seen).size, seen.length);
        assert.deepEqual(
          seen,
          series(1110, 1200)
            .map(({ eventId }) => eventId)
            .toReversed(),
        );
      });
    }

    test("rows that were kept back by an outage come in the order of their times", async () => {
      await log.append([row(5000, { event: "denied", id: null })]);
      await log.append(series(3000, 3500));
      await log.append([row(5001, { event: "denied", id: null })]);
      await log.append(series(3500, 3600));
      const expected = [
        "evt_5001",
        "evt_5000",
        ...series(3000, 3600)
          .map(({ eventId }) => eventId)
          .toReversed(),
      ];
      assert.deepEqual(await found(), expected);
      assert.deepEqual(await found({ subject: "number" }), expected);
    });

    test("has room for more rows in a millisecond than there are numbers", async () => {
      const many = Array.from({ length: 2500 }, (_, n) => row(7, { eventId: `evt_${n}`, id: null, subject: `w${n}` }));
      await log.append([row(8, { eventId: "evt_next", id: null })]);
      await log.append(many);
      assert.equal(await count("SELECT count(*) FROM message_event"), 2501);
      assert.deepEqual(await found({ subject: "w2499" }), ["evt_2499"]);
      assert.deepEqual(await found({ fromTimeMs: 8, subject: "w2048" }), ["evt_2048"]);
    });

    test("a page of what is looked for in the rows ends with its time, and its cursor goes on", async () => {
      // More words begin with w than are looked for one by one, in more places than are listed.
      const words = Array.from({ length: 20_000 }, (_, n) => `w${n % 300}`);
      const wordy = Array.from({ length: 40 }, (_, n) =>
        row(n, { subject: words.slice(n * 500, (n + 1) * 500).join(" ") }),
      );
      await log.append([...wordy, ...series(1000, 2000)]);
      let nowMs = 0;
      const slow = openMessageLog(database, () => (nowMs += 1000));
      const first = await slow.search({ subject: "w*", limit: 100 });
      assert.deepEqual([first.rows, first.next === null], [[], false]);
      let ids: string[] = [];
      for (let cursor = first.next; cursor !== null; ) {
        const page = await slow.search({ subject: "w*", limit: 100, cursor });
        ids = [...ids, ...page.rows.map(({ eventId }) => eventId)];
        cursor = page.next;
      }
      assert.deepEqual(ids, wordy.map(({ eventId }) => eventId).toReversed());
      assert.deepEqual(await found({ subject: "w*" }), ids);
      // What stands before the start is asked of the index, which a page's time does not bound.
      const page = await slow.search({ subject: "w7.w*", limit: 100 });
      assert.deepEqual(page, await log.search({ subject: "w7.w*", limit: 100 }));
      assert.deepEqual([page.rows.length, page.next], [40, null]);
      assert.equal((await found({ subject: '"w7 w8*"' })).length, 40);
    });
  });
});
