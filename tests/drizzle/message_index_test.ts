import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { MessageLog } from "../../core/history/message_log.ts";
import { openMessageLog } from "../../drizzle/message_log.ts";
import { firstTables } from "../../drizzle/migration/0001_first_tables.ts";
import { certificatesAndSessions } from "../../drizzle/migration/0002_certificates_and_sessions.ts";
import { usersTokensAndAudit } from "../../drizzle/migration/0003_users_tokens_and_audit.ts";
import { databaseApplicationId } from "../../drizzle/migrations.ts";
import type { Database } from "../../runtime-node/database.ts";
import { openSqlite } from "../../runtime-node/sqlite_connection.ts";
import { DatabaseFixture } from "../support/database_fixture.ts";
import { sampleEvent } from "../support/memory_message_log.ts";

const rows = 1200;
const fixture = new DatabaseFixture();
let database: Database;
let log: MessageLog;

/** A database of schema version 3; row `n` is `evt_n`, and older than row `n - 1` is only every hundredth. */
function writeVersion3(path: string): void {
  const connection = openSqlite(path);
  connection.exec(firstTables + certificatesAndSessions + usersTokensAndAudit);
  connection.exec(`PRAGMA application_id = ${databaseApplicationId}; PRAGMA user_version = 3; BEGIN`);
  const insert = connection.prepare(`INSERT INTO message_event VALUES (?, ?, ?, ?, ?, 1, 'app@example.org',
    '["you@example.net"]', '[]', '[]', ?, NULL, 1, 'smarthost', NULL, 'smtp', NULL, '250 Ok', 1, NULL, 'smtp', NULL, NULL,
    NULL, NULL, NULL, '["a"]', '[]')`);
  for (let n = 1; n <= rows; n++) {
    const timeMs = 1_700_000_000_000 + Math.floor(n / 500) - (n % 100 === 0 ? 60_000 : 0);
    insert.run(n, `evt_${n}`, timeMs, n % 10 === 0 ? null : "spl_1", n % 10 === 0 ? "denied" : "failed", `number ${n}`);
  }
  connection.exec(
    `INSERT INTO message VALUES ('spl_1', 'failed', 1, NULL, '', '', 1, 1, 1, NULL, NULL, NULL, NULL); COMMIT`,
  );
  connection.close();
}

async function found(query: Omit<Parameters<MessageLog["search"]>[0], "limit">): Promise<string[]> {
  const page = await log.search({ ...query, limit: 1000 });
  const rest = page.next === null ? [] : await found({ ...query, cursor: page.next });
  return [...page.rows.map(({ eventId }) => eventId), ...rest];
}

before(async () => {
  writeVersion3(fixture.path);
  database = await fixture.open();
  log = openMessageLog(database);
});

after(() => fixture.remove());

describe("a message log from before the index", () => {
  test("is in the order of time from the start, nothing omitted, each row with its status", async () => {
    const numbers = Array.from({ length: rows }, (_, index) => rows - index);
    const inOrder = [...numbers.filter((n) => n % 100 !== 0), ...numbers.filter((n) => n % 100 === 0)];
    assert.deepEqual(
      await found({}),
      inOrder.map((n) => `evt_${n}`),
    );
    assert.deepEqual((await log.search({ limit: 1 })).rows[0]?.omitted, []);
    assert.equal((await found({ status: "failed" })).length, rows * 0.9);
    assert.equal((await found({ status: "denied" })).length, rows * 0.1);
  });

  test("is searched by words and values, the newest first, as far as its rows are indexed, and purged", async () => {
    await log.append([sampleEvent({ eventId: "evt_new", timeMs: 1_700_000_000_001, subject: "number new" })]);
    assert.deepEqual(await found({ subject: "number" }), ["evt_new"]);
    assert.equal(await log.indexEarlier(500), true);
    // The new row is one of the newest 500, and has its terms already.
    assert.equal((await found({ tag: "a" })).length, 499);
    assert.equal(await log.purge({ beforeMs: 1_700_000_000_000, events: ["denied"], limit: 5 }), 5);
    while (await log.indexEarlier(500));
    assert.equal((await found({ tag: "a" })).length, rows - 5);
    assert.deepEqual(await found({ subject: "700" }), ["evt_700"]);
    assert.equal((await found({ subject: "number" })).length, rows - 5 + 1);
    assert.equal(await log.indexEarlier(500), false);
  });
});
