import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { commandLineActor, serviceActor } from "../../../core/access/actor.ts";
import type { AuditEntry } from "../../../core/history/audit_event.ts";
import { auditEventNames, auditEventOf } from "../../../core/history/audit_events.ts";
import { AuditTrail } from "../../../core/history/audit_trail.ts";
import { MemoryAuditLog } from "../../support/memory_audit_log.ts";
import { recordingLogger, TestClock } from "../../support/spool_fixture.ts";

const changed: AuditEntry = { event: "config.changed", actor: commandLineActor, subject: "spool.worker_count" };

function denied(address: string): AuditEntry {
  const actor = { kind: "smtp", name: null, address } as const;
  return { event: "access.denied", actor, outcome: "refused", reason: "address_not_allowed" };
}

/** Lets what was begun come to its end. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("AuditTrail", () => {
  let clock: TestClock;
  let log: MemoryAuditLog;
  let logger: ReturnType<typeof recordingLogger>;
  let trail: AuditTrail;

  beforeEach(() => {
    clock = new TestClock();
    log = new MemoryAuditLog();
    logger = recordingLogger();
    let ids = 0;
    trail = new AuditTrail({ log, clock, logger, createEventId: () => `aud_${++ids}` });
  });

  const names = () => log.rows.map(({ event }) => event);

  it("stores an event with its time and category, and null for what is not told", async () => {
    trail.record(changed);
    await settle();
    assert.deepEqual(log.rows, [
      {
        eventId: "aud_1",
        timeMs: clock.now,
        event: "config.changed",
        category: "change",
        outcome: "done",
        actor: commandLineActor,
        subject: "spool.worker_count",
        before: null,
        after: null,
        reason: null,
      },
    ]);
  });

  it("stores in order what comes while something is being stored, in one go", async () => {
    for (const subject of ["a", "b", "c", "d"]) trail.record({ ...changed, subject });
    await settle();
    assert.deepEqual(
      log.rows.map(({ subject }) => subject),
      ["a", "b", "c", "d"],
    );
    assert.deepEqual(log.batches, [1, 3]);
  });

  it("keeps what can't be stored, says so once, and stores it later in order", async () => {
    log.failure = new TypeError("the disk is full");
    trail.record({ ...changed, subject: "a" });
    await settle();
    trail.record({ ...changed, subject: "b" });
    clock.advance(100);
    await settle();
    assert.deepEqual([log.rows, logger.events], [[], ["audit.suspended"]]);
    log.failure = null;
    clock.advance(200);
    await settle();
    assert.deepEqual(
      log.rows.map(({ subject }) => subject),
      ["a", "b"],
    );
    assert.deepEqual(logger.events, ["audit.suspended", "audit.resumed"]);
  });

  it("gives up what does not fit into 16 MiB while the database is away, and tells how many events that were", async () => {
    log.failure = new TypeError("the disk is full");
    const after = { text: "x".repeat(1024 * 1024) };
    for (let count = 0; count < 20; count++) trail.record({ ...changed, after });
    await settle();
    log.failure = null;
    clock.advance(100);
    await settle();
    assert.equal(log.rows.length, 16);
    const last = log.rows.at(-1)!;
    assert.deepEqual([last.event, last.actor, last.after], ["audit.lost", serviceActor, { count: 5 }]);
    trail.record(changed);
    await settle();
    assert.equal(log.rows.length, 17);
  });

  it("stores five denials of an address in a minute, and then how many more there were", async () => {
    for (let count = 0; count < 9; count++) trail.record(denied("192.0.2.1"));
    trail.record(denied("192.0.2.2"));
    await settle();
    assert.equal(log.rows.length, 6);
    clock.advance(60_000);
    await settle();
    const { event, subject, after } = log.rows.at(-1)!;
    assert.deepEqual([event, subject, after], ["audit.left_out", "access.denied", { count: 4 }]);
  });

  it("bounds each kind of event for itself, so that denials don't hide a lock-out", async () => {
    for (let count = 0; count < 9; count++) trail.record(denied("192.0.2.1"));
    trail.record({ ...denied("192.0.2.1"), event: "access.locked" });
    await settle();
    assert.equal(names().at(-1), "access.locked");
  });

  it("bounds nothing that takes a right", async () => {
    for (let count = 0; count < 400; count++) trail.record(changed);
    await trail.search({ limit: 1 });
    assert.equal(log.rows.length, 400);
  });

  it("finds what was recorded before the search", async () => {
    trail.record(changed);
    const { rows, next } = await trail.search({ limit: 10 });
    assert.deepEqual([rows.map(({ event }) => event), next], [["config.changed"], null]);
  });

  it("does not wait for a database that is away for longer than two seconds", async () => {
    log.failure = new TypeError("the disk is full");
    trail.record(changed);
    const search = trail.search({ limit: 10 });
    await settle();
    clock.advance(2000);
    assert.deepEqual(await search, { rows: [], next: null });
  });

  it("stores what waits when it is stopped, and how many denials were left out", async () => {
    for (let count = 0; count < 6; count++) trail.record(denied("192.0.2.1"));
    await trail.stop();
    assert.deepEqual([log.rows.length, names().at(-1)], [6, "audit.left_out"]);
    assert.deepEqual(logger.events, []);
  });

  it("tells the operational log of what it could not store before its end", async () => {
    log.failure = new TypeError("the disk is full");
    trail.record(changed);
    const stopped = trail.stop();
    await settle();
    clock.advance(2000);
    await stopped;
    assert.deepEqual(logger.events, ["audit.suspended", "audit.lost"]);
  });

  it("keeps foreign text on one line of 500 characters", async () => {
    const name = `eve\r\n\u001b[2J${"x".repeat(2000)}`;
    const actor = { kind: "smtp", name, address: "192.0.2.1" } as const;
    trail.record({ event: "smtp.sign_in_failed", actor, subject: name, reason: name });
    await settle();
    const { actor: stored, subject, reason } = log.rows[0]!;
    for (const text of [stored.name, subject, reason]) {
      assert.match(text ?? "", /^eve \[2Jx+$/);
      assert.equal(text?.length, 500);
    }
  });

  it("keeps no bearer secret that somebody gave in place of a name", async () => {
    const secret = `dsp_live_${"A".repeat(43)}`;
    trail.record({ ...changed, event: "key.revoked", subject: secret, outcome: "refused" });
    await settle();
    assert.equal(log.rows[0]!.subject, "dsp_live_…");
  });
});

for (const name of auditEventNames) {
  it(`${name} has a name in two parts and a summary without a full stop`, () => {
    assert.match(name, /^[a-z]+\.[a-z_]+$/);
    assert.match(auditEventOf(name).summary, /^[A-Z].*[^.]$/);
  });
}
