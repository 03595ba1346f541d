import assert from "node:assert/strict";
import { test } from "node:test";
import { type Actor, commandLineActor, describeActor, serviceActor } from "../../../core/access/actor.ts";

for (const [actor, sentence] of [
  [serviceActor, "Dispatch itself"],
  [commandLineActor, "the command line"],
  [{ kind: "dashboard", address: "10.0.0.5", name: null }, "the dashboard from 10.0.0.5"],
  [{ kind: "admin_api", address: "2001:db8::1", name: null }, "the admin API from 2001:db8::1"],
  [{ kind: "admin_api", address: "10.0.0.5", name: "ci" }, 'the admin API with the token "ci" from 10.0.0.5'],
] satisfies [Actor, string][]) {
  test(`describeActor names ${sentence}`, () => {
    assert.equal(describeActor(actor), sentence);
  });
}
