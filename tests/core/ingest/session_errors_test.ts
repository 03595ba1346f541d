import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { maxErrors, maxUnknownCommands, SessionErrors } from "../../../core/ingest/session_errors.ts";

describe("SessionErrors", () => {
  let errors: SessionErrors;

  beforeEach(() => {
    errors = new SessionErrors();
  });

  /** How many replies of `code` there are before the session is ended, at most 10,000. */
  function repliesBefore(code: number, freeRecipients = 0): number {
    for (let count = 1; count <= 10_000; count++) if (errors.isTooMany(code, freeRecipients)) return count;
    return Number.POSITIVE_INFINITY;
  }

  it("ends a session with its twentieth refusal", () => {
    assert.equal(maxErrors, 20);
    assert.equal(repliesBefore(550), 20);
  });

  it("ends a session with its tenth unknown command", () => {
    assert.equal(maxUnknownCommands, 10);
    assert.equal(repliesBefore(500), 10);
  });

  it("counts both together", () => {
    for (let i = 0; i < 9; i++) errors.isTooMany(500, 0);
    assert.equal(repliesBefore(503), 11);
  });

  it("begins anew with an accepted message", () => {
    for (let i = 0; i < 19; i++) errors.isTooMany(550, 0);
    errors.reset();
    assert.equal(repliesBefore(550), 20);
    errors.reset();
    assert.equal(repliesBefore(550, 1000), 1020);
  });

  it("counts neither what succeeds nor what fails for the moment", () => {
    for (const code of [220, 250, 334, 354, 421, 451, 452, 454])
      assert.equal(repliesBefore(code), Number.POSITIVE_INFINITY);
  });

  it("lets as many recipients be refused as a message may have", () => {
    assert.equal(repliesBefore(501, 1000), 1020);
  });
});
