import assert from "node:assert/strict";
import { test } from "node:test";
import { RefusalBounds } from "../../../core/history/refusal_bounds.ts";

function setUp() {
  const told: number[] = [];
  return { told, bounds: new RefusalBounds((leftOut) => void told.push(leftOut)) };
}

test("RefusalBounds admits five of an address in a minute, and tells of the others when it is over", () => {
  const { bounds, told } = setUp();
  const admitted = Array.from({ length: 8 }, (_, index) => bounds.admit("192.0.2.1", 1000 + index));
  assert.deepEqual(admitted, [true, true, true, true, true, false, false, false]);
  assert.equal(bounds.admit("192.0.2.2", 60_999), true);
  assert.deepEqual(told, []);
  assert.equal(bounds.admit("192.0.2.1", 61_000), true);
  assert.deepEqual(told, [3]);
});

test("RefusalBounds admits 300 of all addresses in a minute", () => {
  const { bounds } = setUp();
  const admitted = Array.from({ length: 1000 }, (_, host) => bounds.admit(`10.9.${host >> 8}.${host & 255}`, 1000));
  assert.equal(admitted.filter(Boolean).length, 300);
});

test("RefusalBounds begins a new minute when the clock was set back", () => {
  const { bounds } = setUp();
  for (let count = 0; count < 6; count++) bounds.admit("192.0.2.1", 4_000_000);
  assert.equal(bounds.admit("192.0.2.1", 1000), true);
});

test("RefusalBounds tells what it left out once", () => {
  const { bounds, told } = setUp();
  for (let count = 0; count < 7; count++) bounds.admit("192.0.2.1", 1000);
  bounds.settle();
  bounds.settle();
  assert.deepEqual(told, [2]);
});
