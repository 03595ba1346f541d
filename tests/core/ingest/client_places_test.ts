import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { ClientPlaces } from "../../../core/ingest/client_places.ts";

describe("ClientPlaces", () => {
  let settings: { max: number; maxPerClient: number };
  let places: ClientPlaces;

  beforeEach(() => {
    settings = { max: 100, maxPerClient: 50 };
    places = new ClientPlaces(
      () => settings,
      (address) => address.startsWith("10."),
    );
  });

  /** How many of `count` connections are admitted. */
  const fill = (address: string, count: number, isProxy = false) =>
    Array.from({ length: count }, () => places.enter(address, isProxy).refusal).filter((refusal) => refusal === null)
      .length;

  it("leaves all places to those who may use the service, however many strangers come", () => {
    const strangers = Array.from({ length: 20 }, (_, n) => fill(`203.0.113.${n}`, 20));
    assert.deepEqual(strangers.slice(0, 3), [5, 5, 0]);
    assert.deepEqual([fill("10.0.0.1", 60), fill("10.0.0.2", 60)], [50, 50]);
  });

  it("says who is a stranger", () => {
    assert.equal(places.enter("203.0.113.1", false).isStranger, true);
    assert.equal(places.enter("10.0.0.1", false).isStranger, false);
    assert.equal(places.enter("203.0.113.1", true).isStranger, false);
  });

  it("has a place for a stranger, however few there are in all", () => {
    settings = { max: 1, maxPerClient: 1 };
    assert.equal(fill("203.0.113.1", 10), 1);
  });

  it("bounds a proxy with all, and not as one client", () => {
    assert.equal(fill("203.0.113.1", 200, true), 100);
  });

  it("counts all of them until they are gone", () => {
    const entered = ["10.0.0.1", "203.0.113.1", "203.0.113.2"].map((address) => places.enter(address, false));
    assert.equal(places.open, 3);
    for (const { leave } of entered) leave();
    assert.equal(places.open, 0);
  });
});
