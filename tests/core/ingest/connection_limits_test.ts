import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { type ConnectionLimitSettings, ConnectionLimits } from "../../../core/ingest/connection_limits.ts";

describe("ConnectionLimits", () => {
  let settings: ConnectionLimitSettings;
  let limits: ConnectionLimits;

  beforeEach(() => {
    settings = { max: 3, maxPerClient: 2 };
    limits = new ConnectionLimits(() => settings);
  });

  it("admits as many as are allowed in all, and refuses one more", () => {
    for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.3"]) assert.equal(limits.enter(address), null);
    assert.equal(limits.enter("192.0.2.4")?.code, "too_many_connections");
  });

  it("admits as many as are allowed from one address, and refuses one more", () => {
    assert.equal(limits.enter("192.0.2.1"), null);
    assert.equal(limits.enter("192.0.2.1"), null);
    const refusal = limits.enter("192.0.2.1");
    assert.equal(refusal?.code, "too_many_connections_from_client");
    assert.deepEqual(refusal?.facts, { address: "192.0.2.1", limit: 2 });
    limits.leave("192.0.2.1");
    assert.equal(limits.enter("192.0.2.2"), null);
  });

  it("admits again when one has left", () => {
    limits.enter("192.0.2.1");
    limits.enter("192.0.2.1");
    limits.leave("192.0.2.1");
    assert.equal(limits.enter("192.0.2.1"), null);
  });

  it("counts a refused connection until it is gone", () => {
    for (let i = 0; i < 3; i++) limits.enter("192.0.2.1");
    assert.equal(limits.open, 3);
    for (let i = 0; i < 3; i++) limits.leave("192.0.2.1");
    assert.equal(limits.open, 0);
  });

  it("takes new limits from the next connection on", () => {
    for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.3"]) limits.enter(address);
    settings = { max: 4, maxPerClient: 2 };
    assert.equal(limits.enter("192.0.2.4"), null);
  });
});
