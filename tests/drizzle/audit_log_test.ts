import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { AuditEvent } from "../../core/history/audit_event.ts";
import type { AuditLog, AuditQuery } from "../../core/history/audit_log.ts";
import { openAuditLog } from "../../drizzle/audit_log.ts";
import type { Database } from "../../runtime-node/database.ts";
import { DatabaseFixture } from "../support/database_fixture.ts";

describe("openAuditLog", () => {
  let fixture: DatabaseFixture;
  let database: Database;
  let log: AuditLog;
  let count = 0;

  beforeEach(async () => {
    fixture = new DatabaseFixture();
    database = await fixture.open();
    log = openAuditLog(database);
  });
  afterEach(() => fixture.remove());

  /** An event; what a test does not name is ordinary. */
  function happened(timeMs: number, event: Partial<AuditEvent> = {}): AuditEvent {
    return {
      eventId: `aud_${++count}`,
      timeMs,
      event: "config.changed",
      category: "change",
      outcome: "done",
      actor: { kind: "dashboard", name: null, address: "10.0.0.5" },
      subject: "spool.worker_count",
      before: { "spool.worker_count": 4 },
      after: { "spool.worker_count": 8 },
      reason: null,
      ...event,
    };
  }

  const idsOf = (...events: readonly AuditEvent[]) => events.map(({ eventId }) => eventId);
  const found = async (query: Partial<AuditQuery>) => idsOf(...(await log.search({ limit: 100, ...query })).rows);

  test("gives back what was stored", async () => {
    const event = happened(1000, { after: { text: 'Grüße, "x" \\ 日本', list: [1, null] } });
    const bare = happened(900, {
      event: "service.stopped",
      category: "service",
      outcome: "refused",
      actor: { kind: "admin_api", name: "ci", address: null },
      subject: null,
      before: null,
      after: null,
      reason: "internal_error",
    });
    await log.append([event, bare]);
    assert.deepEqual((await log.search({ limit: 10 })).rows, [event, bare]);
  });

  test("purges rows of some categories from before a time, so many at once", async () => {
    const denied = happened(900, { event: "access.denied", category: "security" });
    const young = happened(1000);
    await log.append([happened(900), happened(800), happened(999), denied, young]);
    const what = { categories: ["change", "service"], beforeMs: 1000, limit: 2 } as const;
    assert.equal(await log.purge(what), 2);
    assert.equal(await log.purge(what), 1);
    assert.equal(await log.purge(what), 0);
    assert.deepEqual(await found({}), idsOf(young, denied));
  });

  test("stores nothing for nothing", async () => {
    await log.append([]);
    assert.deepEqual(await found({}), []);
  });

  test("stores a row once, however often it comes", async () => {
    const event = happened(1000);
    await log.append([event, event]);
    await log.append([event, happened(2000)]);
    assert.equal((await found({})).length, 2);
  });

  test("stores all rows or none", async () => {
    const broken = { ...happened(1000), outcome: null as unknown as "done" };
    await assert.rejects(log.append([happened(1000), broken]));
    assert.deepEqual(await found({}), []);
  });

  test("returns the newest first, the later written first where times are equal, and pages without a gap", async () => {
    const events = Array.from({ length: 25 }, (_, index) => happened(1000 + (index >> 2)));
    await log.append(events);
    const pages: string[][] = [];
    let cursor: string | null = null;
    do {
      const page = await log.search({ limit: 10, ...(cursor === null ? {} : { cursor }) });
      pages.push(idsOf(...page.rows));
      cursor = page.next;
    } while (cursor !== null);
    assert.deepEqual(pages.flat(), idsOf(...events.toReversed()));
    assert.deepEqual(
      pages.map(({ length }) => length),
      [10, 10, 5],
    );
  });

  test("finds nothing after a cursor that it never gave", async () => {
    await log.append([happened(1000)]);
    assert.deepEqual(await log.search({ limit: 10, cursor: "nonsense" }), { rows: [], next: null });
  });

  test("finds by time, both ends included", async () => {
    const events = [1000, 2000, 3000].map((timeMs) => happened(timeMs));
    await log.append(events);
    assert.deepEqual(await found({ fromTimeMs: 2000, toTimeMs: 2000 }), idsOf(events[1]!));
    assert.deepEqual(await found({ fromTimeMs: 2000 }), idsOf(events[2]!, events[1]!));
  });

  test("finds by event, category, address, kind of actor and part of a token's name", async () => {
    const one = happened(1000, {
      event: "access.denied",
      category: "security",
      actor: { kind: "admin_api", name: "CI of billing", address: "2001:db8::1" },
    });
    await log.append([one, happened(1000)]);
    const queries: Partial<AuditQuery>[] = [
      { event: "access.denied" },
      { category: "security" },
      { address: "2001:db8::1" },
      { actor: "admin_api" },
      { actor: "ci of" },
    ];
    for (const query of queries) assert.deepEqual(await found(query), idsOf(one), JSON.stringify(query));
    assert.deepEqual(await found({ actor: "admin" }), []);
    assert.deepEqual(await found({ address: "2001:db8::" }), []);
  });

  test("finds parts of subject, reason, before and after in any case", async () => {
    const one = happened(1000, {
      subject: "Relay 100%",
      reason: "relay_unknown",
      before: { host: "mx.example.org" },
      after: { note: 'say "hi" \\o/' },
    });
    await log.append([one, happened(1000, { subject: "Relay 1000", reason: "relay-unknown" })]);
    for (const text of ["relay 100%", "RELAY_UNKNOWN", "mx.EXAMPLE", '"hi" \\o/']) {
      assert.deepEqual(await found({ text }), idsOf(one), text);
    }
    assert.deepEqual(await found({ text: "' OR 1=1 --" }), []);
  });

  for (const [name, where, index] of [
    ["time", "time_ms > 5", "audit_event_time"],
    ["event", "event = 'access.denied'", "audit_event_event_time"],
    ["category", "category = 'security'", "audit_event_category_time"],
  ] as const) {
    test(`finds by ${name} by walking along an index, without sorting`, async () => {
      const sql = `EXPLAIN QUERY PLAN SELECT * FROM audit_event WHERE ${where} AND (time_ms, seq) < (9, 9) ORDER BY time_ms DESC, seq DESC LIMIT 9`;
      const { rows } = await database.query({ sql, params: [], method: "all" });
      const plan = JSON.stringify(rows);
      assert.match(plan, new RegExp(`USING INDEX ${index} `));
      assert.doesNotMatch(plan, /TEMP B-TREE|SCAN/);
    });
  }
});
