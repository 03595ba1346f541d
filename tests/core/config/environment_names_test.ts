import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { environmentVariable, readPins } from "../../../core/config/environment_names.ts";
import { settingKeys } from "../../../core/config/settings.ts";
import { isDispatchError } from "../../../core/error/mod.ts";

describe("environmentVariable", () => {
  test("derives the variable from the key", () => {
    assert.equal(environmentVariable("listener.ports"), "DISPATCH_LISTENER_PORTS");
    assert.equal(environmentVariable("listener.implicit_tls_ports"), "DISPATCH_LISTENER_IMPLICIT_TLS_PORTS");
  });

  test("gives no two settings the same variable", () => {
    assert.equal(new Set(settingKeys.map(environmentVariable)).size, settingKeys.length);
  });
});

describe("readPins", () => {
  test("returns what pins a setting, and leaves other programs' variables alone", () => {
    const pins = readPins({ PATH: "/bin", DISPATCHER: "x", DISPATCH_API_PORT: "9000", DISPATCH_DATA_DIR: "/srv" });
    assert.deepEqual([...pins], [["api.port", { variable: "DISPATCH_API_PORT", text: "9000" }]]);
  });

  test("takes an empty variable as a pin, and one that is not set as none", () => {
    const pins = readPins({ DISPATCH_WEBUI_ALLOWED_CIDRS: "", DISPATCH_API_PORT: undefined });
    assert.deepEqual([...pins.keys()], ["webui.allowed_cidrs"]);
  });

  for (const [name, nearest] of [
    ["DISPATCH_LISTENER_PORT", "DISPATCH_LISTENER_PORTS"],
    ["DISPATCH_DATADIR", "DISPATCH_DATA_DIR"],
    ["DISPATCH_LOGLEVEL", "DISPATCH_LOG_LEVEL"],
    ["DISPATCH_api_port", "DISPATCH_API_PORT"],
  ] as const) {
    test(`refuses ${name} and names ${nearest}`, () => {
      assert.throws(
        () => readPins({ [name]: "1" }),
        (error) => {
          assert.ok(isDispatchError(error, "environment_unknown"));
          assert.deepEqual(error.facts, { name, nearest });
          assert.equal(error.exitCode, 2);
          return true;
        },
      );
    });
  }
});
