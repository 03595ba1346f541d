import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Clock } from "../../../core/capabilities.ts";
import { type CountedBatch, countableOf } from "../../../core/history/event_counters.ts";
import { LogWriter, type LogWriterOptions } from "../../../core/history/log_writer.ts";
import type { MessageEvent, MessageEventKind } from "../../../core/history/message_event.ts";
import { eventNames } from "../../support/memory_config_store.ts";
import { sampleEvent } from "../../support/memory_message_log.ts";

/** A clock a hundred times as fast, which keeps how long each timer was to wait; its time is the sum of them. */
class HastyClock implements Clock {
  now = Date.UTC(2026, 10, 23);
  readonly delaysMs: number[] = [];

  nowMs(): number {
    return this.now;
  }

  after(delayMs: number, callback: () => void): () => void {
    this.delaysMs.push(delayMs);
    this.now += delayMs;
    const timer = setTimeout(callback, delayMs / 100);
    return () => clearTimeout(timer);
  }
}

/** The spool's side: rows in order, handed out again until they are forgotten. */
class MemoryHistory {
  rows: (MessageEvent | string)[] = [];
  #forgotten = 0;
  #wake = () => {};

  add(...events: (MessageEvent | string)[]): void {
    this.rows.push(...events);
    this.#wake();
  }

  async takeHistory(max: number, signal: AbortSignal) {
    while (this.rows.length === this.#forgotten && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
    const taken = signal.aborted ? [] : this.rows.slice(this.#forgotten, this.#forgotten + max);
    const rows = taken.map((row) => (typeof row === "string" ? row : JSON.stringify(row)));
    return { through: this.#forgotten + rows.length, rows, backlog: this.rows.length - this.#forgotten };
  }

  async forgetHistory(through: number): Promise<void> {
    this.#forgotten = through;
  }

  get left(): number {
    return this.rows.length - this.#forgotten;
  }

  async counts() {
    const historyBacklog = this.rows.length - this.#forgotten;
    return { queued: 0, processing: 0, retrying: 0, failed: 0, captured: 0, unreadable: 0, historyBacklog };
  }
}

/** The database's side, which can be made to fail. */
class FallibleLog {
  readonly appended: string[][] = [];
  failure: Error | null = null;
  attempts = 0;
  counted: CountedBatch | undefined;
  unlogged: readonly MessageEventKind[] = [];

  async append(
    events: readonly MessageEvent[],
    unlogged: ReadonlySet<MessageEventKind> = new Set(),
    counted?: CountedBatch,
  ): Promise<void> {
    this.attempts += 1;
    this.counted = counted;
    if (this.failure !== null) throw this.failure;
    this.unlogged = [...unlogged];
    this.appended.push(events.map(({ eventId }) => eventId));
  }
}

function setUp(overrides: Partial<LogWriterOptions> = {}) {
  const parts = { history: new MemoryHistory(), log: new FallibleLog(), clock: new HastyClock(), logger: eventNames() };
  const writer = new LogWriter({ ...parts, unlogged: () => new Set(), ...overrides });
  return { ...parts, writer };
}

const event = (eventId: string) => sampleEvent({ eventId });

/** Lets what is due happen, until `condition` holds. */
async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn += 1) {
    assert.ok(turn < 1000, "it never happened");
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

describe("LogWriter", () => {
  test("writes rows in their order and has the spool forget them", async () => {
    const { history, log, writer } = setUp();
    history.add(event("evt_1"), event("evt_2"));
    writer.start();
    assert.equal(await writer.caughtUp(1000), true);
    history.add(event("evt_3"));
    assert.equal(await writer.caughtUp(1000), true);
    await writer.stop();
    assert.deepEqual(log.appended.flat(), ["evt_1", "evt_2", "evt_3"]);
    assert.equal((await history.counts()).historyBacklog, 0);
  });

  test("passes over a row that can't be read, says so, and goes on", async () => {
    const { history, log, logger, writer } = setUp();
    history.add(event("evt_1"), "{", event("evt_2"));
    writer.start();
    assert.equal(await writer.caughtUp(1000), true);
    await writer.stop();
    assert.deepEqual(log.appended.flat(), ["evt_1", "evt_2"]);
    assert.deepEqual(logger.events, ["history.row_unreadable"]);
  });

  test("takes a row from before omissions were noted for one without any", async () => {
    const appended: MessageEvent[] = [];
    const log = { append: async (events: readonly MessageEvent[]) => void appended.push(...events) };
    const { history, writer } = setUp({ log });
    const { omitted: _, ...older } = event("evt_1");
    history.add(JSON.stringify(older), event("evt_2"));
    writer.start();
    assert.equal(await writer.caughtUp(1000), true);
    await writer.stop();
    assert.deepEqual(appended, [event("evt_1"), event("evt_2")]);
  });

  test("goes on at once while whole batches wait, and gathers rows when it has caught up", async () => {
    const { history, log, clock, writer } = setUp();
    history.add(...Array.from({ length: 1501 }, (_, index) => event(`evt_${index}`)));
    writer.start();
    await until(() => history.left === 0 && clock.delaysMs.length > 0);
    assert.deepEqual([log.appended.length, clock.delaysMs], [4, [200]]);
    await writer.stop();
  });

  test("rests in a burst, nine times as long as the batch took", async () => {
    const clock = new HastyClock();
    const append = async () => {
      clock.now += 100;
      history.add(...Array.from({ length: 1000 }, () => event("evt_next")));
    };
    const { history, writer } = setUp({ log: { append }, clock });
    history.add(...Array.from({ length: 600 }, (_, index) => event(`evt_${index}`)));
    writer.start();
    await until(() => clock.delaysMs.length > 1);
    await writer.stop();
    assert.deepEqual(clock.delaysMs.slice(0, 2), [900, 900]);
  });

  test("takes no more than 500 rows at a time", async () => {
    const { history, log, writer } = setUp();
    history.add(...Array.from({ length: 1001 }, (_, index) => event(`evt_${index}`)));
    writer.start();
    await until(() => log.appended.length === 3);
    await writer.stop();
    assert.deepEqual(
      log.appended.map(({ length }) => length),
      [500, 500, 1],
    );
  });

  test("keeps a batch until the database takes it, and says once that it waits and once that it goes on", async () => {
    const { history, log, logger, writer } = setUp();
    log.failure = new TypeError("database is locked");
    history.add(event("evt_1"));
    writer.start();
    await until(() => log.attempts === 4);
    assert.deepEqual(writer.state, { isWorking: false, reason: "database is locked" });
    assert.deepEqual(logger.events, ["history.suspended"]);
    history.add(event("evt_2"));
    log.failure = null;
    assert.equal(await writer.caughtUp(1000), true);
    await writer.stop();
    assert.deepEqual(log.appended.flat(), ["evt_1", "evt_2"]);
    assert.deepEqual(writer.state, { isWorking: true, reason: null });
    assert.deepEqual(logger.events, ["history.suspended", "history.resumed"]);
  });

  test("pauses longer after each failure, up to five seconds", async () => {
    const { history, log, clock, writer } = setUp();
    log.failure = new TypeError("database is locked");
    history.add(event("evt_1"));
    writer.start();
    await until(() => clock.delaysMs.length >= 8);
    await writer.stop();
    assert.deepEqual(clock.delaysMs.slice(0, 8), [100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  test("leaves in the spool what it could not write before it was stopped", async () => {
    const { history, log, writer } = setUp();
    log.failure = new TypeError("disk full");
    history.add(event("evt_1"));
    writer.start();
    await until(() => log.attempts > 1);
    await writer.stop();
    assert.equal((await history.counts()).historyBacklog, 1);
  });

  test("ends when it is stopped while nothing happens", async () => {
    const { writer, log } = setUp();
    writer.start();
    await writer.stop();
    assert.equal(log.attempts, 0);
  });

  for (const call of ["takeHistory", "forgetHistory"] as const) {
    test(`ends though the spool has ended before and never answers ${call}`, async () => {
      const { history, writer } = setUp();
      history.add(event("evt_1"));
      let isAsked = false;
      history[call] = () => {
        isAsked = true;
        return new Promise<never>(() => {});
      };
      writer.start();
      await until(() => isAsked);
      await writer.stop();
      assert.equal((await history.counts()).historyBacklog, 1);
    });
  }

  test("hands the kinds that leave no row to the log", async () => {
    const { history, log, writer } = setUp({ unlogged: () => new Set(["denied"]) });
    history.add(event("evt_1"));
    writer.start();
    await writer.caughtUp(1000);
    await writer.stop();
    assert.deepEqual(log.unlogged, ["denied"]);
  });

  test("has all events counted, also those that leave no row", async () => {
    const { history, log, writer } = setUp({ unlogged: () => new Set(["delivered"]) });
    history.add(event("evt_1"), event("evt_2"));
    writer.start();
    await writer.caughtUp(1000);
    await writer.stop();
    const entries = [event("evt_1"), event("evt_2")].map(countableOf);
    assert.deepEqual(log.counted, { source: "spool", entries });
  });

  test("caughtUp gives up after its time", async () => {
    const { history, log, clock, writer } = setUp();
    log.failure = new TypeError("database is locked");
    history.add(event("evt_1"));
    writer.start();
    const startedMs = clock.nowMs();
    assert.equal(await writer.caughtUp(1000), false);
    assert.ok(clock.nowMs() - startedMs >= 1000);
    await writer.stop();
  });

  test("caughtUp does not wait for what comes after the call", async () => {
    const { history, writer } = setUp();
    history.add(event("evt_1"));
    writer.start();
    let added = 1;
    const timer = setInterval(() => history.add(event(`evt_${++added}`)), 0);
    assert.equal(await writer.caughtUp(60_000), true);
    clearInterval(timer);
    await writer.stop();
  });
});
