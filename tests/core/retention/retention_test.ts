/** Purges of a real spool and a real database, on a clock that the test moves. */
import assert from "node:assert/strict";
import { after, afterEach, beforeEach, describe, test } from "node:test";
import { serviceActor } from "../../../core/access/actor.ts";
import { defaultSettings, type Settings } from "../../../core/config/settings.ts";
import { SettingsHolder } from "../../../core/config/settings_holder.ts";
import { DispatchError } from "../../../core/error/mod.ts";
import { type AuditEventName, auditEventOf } from "../../../core/history/audit_events.ts";
import { type MessageEventKind, messageEvents } from "../../../core/history/message_event.ts";
import type { PurgeSettings } from "../../../core/retention/purge_schedule.ts";
import type { PurgeSources } from "../../../core/retention/purge_targets.ts";
import { Retention } from "../../../core/retention/retention.ts";
import type { NewSpoolMessage, SqliteSpool } from "../../../core/spool/mod.ts";
import { openStores, type Stores } from "../../../drizzle/stores.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { DatabaseFixture } from "../../support/database_fixture.ts";
import { sampleEvent } from "../../support/memory_message_log.ts";
import { newMessage, SpoolFixture, type TestClock } from "../../support/spool_fixture.ts";

const dayMs = 86_400_000;
const hourMs = dayMs / 24;
const databases: DatabaseFixture[] = [];

let fixture: SpoolFixture;
let clock: TestClock;
let spool: SqliteSpool;
let stores: Stores;
let holder: SettingsHolder;
let retention: Retention;
let lastId = 0;

describe("Retention", () => {
  beforeEach(async () => {
    const database = new DatabaseFixture();
    databases.push(database);
    stores = openStores(await database.open());
    fixture = new SpoolFixture();
    clock = fixture.clock;
    spool = fixture.open();
    holder = new SettingsHolder(defaultSettings({ hostName: "relay.example.org" }), assert.ifError);
    retention = open();
  });

  afterEach(async () => {
    await retention.stop();
    await spool.close();
    fixture.remove();
  });

  after(() => {
    for (const database of databases) database.remove();
  });

  function open(sources: Partial<PurgeSources> = {}): Retention {
    return new Retention({
      sources: { spool, log: stores.log, audit: stores.audit, ...sources },
      runs: stores.purgeRuns,
      holder,
      clock,
      logger: fixture.logger,
      createId: () => `prg_${++lastId}`,
    });
  }

  const set = (change: Partial<Settings>) => holder.replace({ ...holder.current, ...change });

  /** Lets what was begun go on, pauses of the clock among them, until `condition` holds. */
  async function until(condition: () => boolean | Promise<boolean>, stepMs = 50): Promise<void> {
    for (let turn = 0; !(await condition()); turn += 1) {
      assert.ok(turn < 5000, "it never happened");
      await new Promise((resolve) => setTimeout(resolve, 0));
      clock.advance(stepMs);
    }
  }

  /** A purge on demand, to its end. */
  async function purge() {
    let run: Awaited<ReturnType<Retention["runNow"]>> | undefined;
    void retention.runNow(Number.MAX_SAFE_INTEGER).then((ended) => {
      run = ended;
    });
    await until(() => run !== undefined);
    return run!;
  }

  /** Puts messages into the spool that failed, or were captured, `days` ago. */
  async function settled(
    next: "failed" | "captured",
    days: number,
    messages: readonly NewSpoolMessage[] = many(1, days),
  ): Promise<void> {
    const nowMs = clock.now;
    clock.now -= days * dayMs;
    await Promise.all(messages.map((message) => spool.append(message)));
    const claimed = await spool.claim(messages.length, new AbortController().signal);
    assert.equal(claimed.length, messages.length);
    const facts = { next, attempts: 1, lastError: null, events: [] };
    await Promise.all(claimed.map(({ entry: { id, recipients } }) => spool.settle({ ...facts, id, recipients })));
    clock.now = nowMs;
  }

  /** So many messages, accepted `days` ago. */
  function many(count: number, days: number): NewSpoolMessage[] {
    return Array.from({ length: count }, () => newMessage({ acceptedAtMs: clock.now - days * dayMs }));
  }

  const inSpool = async () => (await spool.list({ limit: 1000 })).map(({ id }) => id);

  async function logged(event: MessageEventKind, days: number): Promise<void> {
    lastId += 1;
    const id = event === "denied" ? null : `spl_${lastId}`;
    const eventId = `evt_${lastId}`;
    await stores.log.append([sampleEvent({ eventId, id, event, timeMs: clock.now - days * dayMs })]);
  }

  const inLog = async () => (await stores.log.search({ limit: 1000 })).rows.map(({ event }) => event).sort();

  async function audited(event: AuditEventName, days: number): Promise<void> {
    lastId += 1;
    const { category } = auditEventOf(event);
    const facts = {
      outcome: "done",
      actor: serviceActor,
      subject: null,
      before: null,
      after: null,
      reason: null,
    } as const;
    const eventId = `aud_${lastId}`;
    await stores.audit.append([{ ...facts, eventId, event, category, timeMs: clock.now - days * dayMs }]);
  }

  const inAudit = async () => (await stores.audit.search({ limit: 1000 })).rows.map(({ event }) => event).sort();

  /** For each setting: what grows old under it, and what the purge sees of it. */
  const kinds: Readonly<
    Record<
      Exclude<keyof PurgeSettings, "purge.enabled" | "purge.schedule_interval_hours">,
      { readonly add: (days: number) => Promise<unknown>; readonly left: () => Promise<readonly string[]> }
    >
  > = {
    "purge.spool_failed_retention_days": { add: (days) => settled("failed", days), left: inSpool },
    "purge.captured_retention_days": { add: (days) => settled("captured", days), left: inSpool },
    "purge.log_delivered_retention_days": { add: (days) => logged("retrying", days), left: inLog },
    "purge.log_failed_retention_days": { add: (days) => logged("denied", days), left: inLog },
    "purge.audit_retention_days": { add: (days) => audited("relay.added", days), left: inAudit },
    "purge.audit_security_retention_days": { add: (days) => audited("access.denied", days), left: inAudit },
  };

  describe("Retention", () => {
    for (const [key, { add, left }] of Object.entries(kinds)) {
      test(`removes what is older than ${key}, and nothing where it is 0`, async () => {
        for (const days of [400, 6, 4, 1]) await add(days);
        set({ [key]: 0 });
        await purge();
        assert.equal((await left()).length, 4);
        set({ [key]: 5 });
        await purge();
        assert.equal((await left()).length, 2);
        set({ [key]: 3 });
        const { removed, state, problem } = await purge();
        assert.equal((await left()).length, 1);
        assert.deepEqual([Object.values(removed).filter((count) => count > 0), state, problem], [[1], "done", null]);
      });
    }

    test("keeps each kind of row as long as its own setting says", async () => {
      for (const event of messageEvents) await logged(event, 45);
      set({ "purge.log_delivered_retention_days": 0, "purge.log_failed_retention_days": 30 });
      await purge();
      assert.deepEqual(await inLog(), ["captured", "delivered", "queued", "requeued", "retrying"]);
      for (const event of ["failed", "denied", "deleted"] as const) await logged(event, 45);
      set({ "purge.log_delivered_retention_days": 30, "purge.log_failed_retention_days": 0 });
      await purge();
      assert.deepEqual(await inLog(), ["deleted", "denied", "failed"]);
    });

    test("leaves messages alone that wait, and tells why one was removed", async () => {
      const waiting = newMessage({ acceptedAtMs: clock.now - 400 * dayMs });
      const [failed] = many(1, 31);
      await settled("failed", 31, [failed!]);
      await spool.append(waiting);
      await purge();
      assert.deepEqual(await inSpool(), [waiting.id]);
      const { rows } = await spool.takeHistory(100, new AbortController().signal);
      const event = JSON.parse(rows.at(-1) as string);
      assert.deepEqual(
        [event.event, event.id, event.error],
        ["deleted", failed!.id, "It had failed more than 30 days ago."],
      );
    });

    test("removes the file of a large message with it", async () => {
      const writer = await fixture.largeFiles.create("large.eml");
      await writer.write(new Uint8Array(8));
      await writer.commit();
      const [message] = many(1, 31);
      await settled("failed", 31, [{ ...message!, content: { kind: "large", name: "large.eml" } }]);
      await purge();
      assert.deepEqual(await fixture.largeFiles.list(), []);
    });

    test("goes through more than one step, with a pause after each", async () => {
      await settled("failed", 31, many(110, 31));
      const [young] = many(1, 29);
      await settled("failed", 29, [young!]);
      const startedMs = clock.now;
      const { removed } = await purge();
      assert.equal(removed.failedMessages, 110);
      assert.deepEqual(await inSpool(), [young!.id]);
      assert.ok(clock.now - startedMs >= 50);
    });

    test("runs a minute after a start that has missed one, and then at each interval", async () => {
      await audited("relay.added", 91);
      retention.start();
      clock.advance(59_000);
      assert.deepEqual(await retention.list(9), []);
      clock.advance(1000);
      await until(async () => (await retention.list(9))[0]?.state === "done");
      assert.deepEqual(await inAudit(), []);
      const [first] = await retention.list(1);
      assert.deepEqual([first?.cause, first?.removed.audit], ["schedule", 1]);
      await until(async () => (await retention.list(9)).length === 2, hourMs / 2);
      const [second] = await retention.list(1);
      const betweenMs = second!.startedAtMs - first!.startedAtMs;
      assert.ok(betweenMs >= 6 * hourMs && betweenMs <= 7 * hourMs, `${betweenMs} ms`);
    });

    test("does not run again at a start before the interval is over", async () => {
      await purge();
      retention.start();
      await until(() => clock.now > Date.UTC(2026, 10, 22, 5), 15 * 60_000);
      assert.equal((await retention.list(9)).length, 1);
    });

    test("follows purge.enabled and purge.schedule_interval_hours while it runs", async () => {
      set({ "purge.enabled": false });
      retention.start();
      await until(() => clock.now > Date.UTC(2026, 10, 22, 12), hourMs / 2);
      assert.deepEqual(await retention.list(9), []);
      set({ "purge.enabled": true });
      await until(async () => (await retention.list(9))[0]?.state === "done");
      const [first] = await retention.list(1);
      set({ "purge.schedule_interval_hours": 2 });
      await until(async () => (await retention.list(9)).length === 2, hourMs / 4);
      const [second] = await retention.list(1);
      assert.ok(second!.startedAtMs - first!.startedAtMs < 3 * hourMs);
    });

    test("plans its runs as soon as the database is back that was away", async () => {
      const { list } = stores.purgeRuns;
      let failures = 3;
      Object.assign(stores.purgeRuns, {
        async list(limit: number) {
          if (failures-- > 0) throw new DispatchError("database_unusable", { path: "dispatch.db", reason: "locked" });
          return list(limit);
        },
      });
      retention.start();
      await until(async () => failures < 0 && (await retention.list(9))[0]?.state === "done", 1000);
      assert.deepEqual(fixture.logger.events, ["purge.suspended", "purge.resumed"]);
    });

    test("waits for one interval, and says so, when the clock has jumped ahead by months", async () => {
      await purge();
      await audited("relay.added", 1);
      clock.now += 200 * dayMs;
      retention.start();
      await until(async () => (await retention.list(9)).length === 2, 10_000);
      const [postponed] = await retention.list(1);
      assert.equal(postponed?.state, "postponed");
      assert.match(String(postponed?.problem), /the last purge was 200 days ago/);
      assert.deepEqual(await inAudit(), ["relay.added"]);
      assert.ok(fixture.logger.events.includes("purge.postponed"));
      await until(async () => (await retention.list(9))[0]?.state === "done", hourMs / 2);
      assert.deepEqual(await inAudit(), []);
    });

    test("goes on when the database that was locked is back", async () => {
      await audited("relay.added", 91);
      let failures = 3;
      const audit: PurgeSources["audit"] = {
        purge(what) {
          if (failures-- > 0) throw new DispatchError("database_unusable", { path: "dispatch.db", reason: "locked" });
          return stores.audit.purge(what);
        },
      };
      retention = open({ audit });
      const { removed, state } = await purge();
      assert.deepEqual([removed.audit, state], [1, "done"]);
      assert.deepEqual(
        fixture.logger.events.filter((event) => event.startsWith("purge.")),
        ["purge.suspended", "purge.resumed", "purge.done"],
      );
    });

    test("records what could not be removed, and goes on with the rest", async () => {
      await audited("relay.added", 91);
      const log: PurgeSources["log"] = { purge: () => Promise.reject(new TypeError("no such table")) };
      retention = open({ log });
      const { removed, state, problem } = await purge();
      assert.deepEqual([removed.audit, state], [1, "failed"]);
      assert.equal(problem, "logDelivered: no such table logFailed: no such table");
    });

    test("ends after the step that is under way when it is stopped, and is recorded as stopped", async () => {
      await settled("failed", 31, many(110, 31));
      void retention.runNow(0);
      await until(async () => (await inSpool()).length === 10, 0);
      await retention.stop();
      const [run] = await retention.list(1);
      assert.deepEqual([run?.state, run?.removed.failedMessages], ["stopped", 100]);
      retention = open();
      retention.start();
      clock.advance(60_000);
      await until(async () => (await inSpool()).length === 0);
    });

    test("shows a run as stopped in which the service died", async () => {
      await stores.purgeRuns.put({
        id: "prg_x",
        cause: "schedule",
        startedAtMs: clock.now,
        endedAtMs: null,
        state: "running",
        removed: {},
        problem: null,
      });
      assert.equal((await retention.list(1))[0]?.state, "stopped");
    });

    test("refuses a second run while one is under way, and answers with the record so far after a while", async () => {
      await settled("failed", 31, many(110, 31));
      const first = retention.runNow(10);
      await assertRefusal(() => retention.runNow(10), "purge_running");
      clock.advance(10);
      assert.equal((await first).state, "running");
      await until(async () => (await retention.list(1))[0]?.state === "done");
    });

    test("keeps the records of the last 500 runs", async () => {
      const run = await purge();
      for (let count = 0; count < 505; count++) await stores.purgeRuns.put({ ...run, id: `prg_old_${count}` });
      await purge();
      assert.equal((await retention.list(1000)).length, 500);
    });
  });
});
