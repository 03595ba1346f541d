/** The audit trail over a real database that is away for a while. */
import assert from "node:assert/strict";
import { renameSync } from "node:fs";
import { afterEach, beforeEach, describe, test } from "node:test";
import { commandLineActor } from "../../core/access/actor.ts";
import { AuditTrail } from "../../core/history/audit_trail.ts";
import { openAuditLog } from "../../drizzle/audit_log.ts";
import { systemClock } from "../../runtime-node/clock.ts";
import { idSource } from "../../runtime-node/id_source.ts";
import { DatabaseFixture } from "../support/database_fixture.ts";

let fixture: DatabaseFixture;

describe("the audit trail of a service", () => {
  beforeEach(() => {
    fixture = new DatabaseFixture();
  });
  afterEach(() => fixture.remove());

  test("what happens while the database is away is in the audit log once it is back, in order", async () => {
    const log = openAuditLog(await fixture.open());
    const { promise: suspended, resolve: warn } = Promise.withResolvers<string>();
    const logger = { debug() {}, info() {}, warn, error() {} };
    const createEventId = () => idSource.uniqueId("aud_");
    const trail = new AuditTrail({ log, clock: systemClock, logger, createEventId });
    const away = `${fixture.path}.away`;
    renameSync(fixture.path, away);
    for (const subject of ["a", "b", "c"]) trail.record({ event: "relay.added", actor: commandLineActor, subject });
    assert.equal(await suspended, "audit.suspended");
    renameSync(away, fixture.path);
    await trail.stop();
    const { rows } = await log.search({ limit: 10 });
    assert.deepEqual(
      rows.map(({ subject }) => subject),
      ["c", "b", "a"],
    );
  });
});
