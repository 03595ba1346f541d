import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { defaultSettings, type Settings } from "../../../core/config/settings.ts";
import { SettingsHolder } from "../../../core/config/settings_holder.ts";

const initial = defaultSettings({ hostName: null });
const withPort = (port: number): Settings => ({ ...initial, "api.port": port });

function holder(report: (error: unknown) => void = assert.ifError): SettingsHolder {
  return new SettingsHolder(initial, report);
}

describe("SettingsHolder", () => {
  test("tells a subscriber of its key, with the states after and before", () => {
    const settings = holder();
    const told: (readonly number[])[] = [];
    settings.subscribe(["api.port"], (next, previous) => told.push([next["api.port"], previous["api.port"]]));
    settings.replace(withPort(9000));
    assert.deepEqual(told, [[9000, 8025]]);
    assert.equal(settings.current["api.port"], 9000);
  });

  test("tells nobody of a key that stayed as it was", () => {
    const settings = holder();
    settings.subscribe(["api.tls_port", "listener.ports"], assert.fail);
    // A list that was read anew is another array with the same content.
    settings.replace({ ...withPort(9000), "listener.ports": [25, 587] });
  });

  test("tells nobody who has unsubscribed", () => {
    const settings = holder();
    settings.subscribe(["api.port"], assert.fail)();
    settings.replace(withPort(9000));
  });

  test("reports a failing subscriber and still tells the others", () => {
    const reported: unknown[] = [];
    const told: number[] = [];
    const settings = holder((error) => reported.push(error));
    const failure = new TypeError("broken");
    settings.subscribe(["api.port"], () => {
      throw failure;
    });
    settings.subscribe(["api.port"], (next) => told.push(next["api.port"]));
    settings.replace(withPort(9000));
    assert.deepEqual(reported, [failure]);
    assert.deepEqual(told, [9000]);
  });
});
