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

  const refusalFor = (address: string) => limits.enter(address).refusal;

  it("admits as many as are allowed in all, and refuses one more", () => {
    for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.3"]) assert.equal(refusalFor(address), null);
    assert.equal(refusalFor("192.0.2.4")?.code, "too_many_connections");
  });

  it("admits as many as are allowed from one address, and refuses one more", () => {
    assert.equal(refusalFor("192.0.2.1"), null);
    assert.equal(refusalFor("192.0.2.1"), null);
    const refusal = refusalFor("192.0.2.1");
    assert.equal(refusal?.code, "too_many_connections_from_client");
    assert.deepEqual(refusal?.facts, { address: "192.0.2.1", limit: 2 });
  });

  it("admits again when one has left", () => {
    const first = limits.enter("192.0.2.1");
    limits.enter("192.0.2.1");
    first.leave();
    assert.equal(refusalFor("192.0.2.1"), null);
  });

  it("leaves room for others, however often an address is refused", () => {
    for (let knock = 0; knock < 100; knock++) limits.enter("192.0.2.1");
    assert.equal(refusalFor("192.0.2.2"), null);
  });

  it("leaves the place of an admitted connection alone when a refused one goes", () => {
    const entered = ["192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.3"].map((address) => limits.enter(address));
    assert.equal(entered[3]!.refusal?.code, "too_many_connections");
    entered[3]!.leave();
    assert.equal(refusalFor("192.0.2.3")?.code, "too_many_connections");
  });

  it("counts a refused connection until it is gone", () => {
    const entered = [1, 2, 3].map(() => limits.enter("192.0.2.1"));
    assert.equal(limits.open, 3);
    for (const { leave } of entered) leave();
    assert.equal(limits.open, 0);
    assert.equal(refusalFor("192.0.2.1"), null);
  });

  it("takes new limits from the next connection on", () => {
    for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.3"]) limits.enter(address);
    settings = { max: 4, maxPerClient: 2 };
    assert.equal(refusalFor("192.0.2.4"), null);
  });
});
