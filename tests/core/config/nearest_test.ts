import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nearestName } from "../../../core/config/nearest.ts";

describe("nearestName", () => {
  test("finds the name that takes the fewest edits", () => {
    assert.equal(nearestName("listner.port", ["api.port", "listener.ports", "webui.port"]), "listener.ports");
  });

  test("does not count a difference of case", () => {
    assert.equal(nearestName("--JSON", ["--just", "--json"]), "--json");
  });

  test("prefers the first of equals", () => {
    assert.equal(nearestName("b", ["a", "c"]), "a");
  });

  test("refuses to choose among nothing", () => {
    assert.throws(() => nearestName("a", []), RangeError);
  });
});
