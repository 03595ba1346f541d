import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { unloggedKinds } from "../../../core/history/unlogged_kinds.ts";

const all = { "logging.log_delivered": true, "logging.log_retrying": true, "logging.log_denied": true };

describe("unloggedKinds", () => {
  test("names nothing by default", () => {
    assert.deepEqual(unloggedKinds(all), []);
  });

  test("names what each setting switches off", () => {
    assert.deepEqual(unloggedKinds({ ...all, "logging.log_delivered": false }), ["delivered", "captured"]);
    assert.deepEqual(unloggedKinds({ ...all, "logging.log_retrying": false }), ["retrying"]);
    assert.deepEqual(unloggedKinds({ ...all, "logging.log_denied": false }), ["denied"]);
  });
});
