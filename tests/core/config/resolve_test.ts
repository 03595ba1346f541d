import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readPins } from "../../../core/config/environment_names.ts";
import { resolveSettings } from "../../../core/config/resolve.ts";
import { defaultSettings, type SettingKey } from "../../../core/config/settings.ts";

const defaults = defaultSettings({ hostName: "relay1" });

function resolve(
  rows: Readonly<Partial<Record<SettingKey, unknown>>>,
  environment: Readonly<Record<string, string>> = {},
  seeded = false,
) {
  const entries = Object.entries(rows).map(([key, value]) => [key as SettingKey, { value, seeded }] as const);
  return resolveSettings({ defaults, stored: new Map(entries), pins: readPins(environment) });
}

describe("resolveSettings", () => {
  test("has the default in force where nothing else is said", () => {
    const { settings, sources, violations } = resolve({});
    assert.deepEqual(settings, defaults);
    assert.equal(sources["api.port"], "default");
    assert.deepEqual(violations, []);
  });

  test("lets the table win over the default", () => {
    const { settings, sources } = resolve({ "api.port": 9000 });
    assert.equal(settings["api.port"], 9000);
    assert.equal(sources["api.port"], "table");
  });

  test("lets the environment win over the table", () => {
    const { settings, sources } = resolve({ "api.port": 9000 }, { DISPATCH_API_PORT: "9001" });
    assert.equal(settings["api.port"], 9001);
    assert.equal(sources["api.port"], "environment");
  });

  test("counts a seeded row as the default while it holds it", () => {
    assert.equal(resolve({ "api.port": 8025 }, {}, true).sources["api.port"], "default");
    assert.equal(resolve({ "api.port": 8025 }, {}, false).sources["api.port"], "table");
  });

  test("keeps a seeded row in force when the default has changed since", () => {
    const { settings, sources } = resolve({ "api.port": 8024 }, {}, true);
    assert.equal(settings["api.port"], 8024);
    assert.equal(sources["api.port"], "table");
  });

  test("reports all bad values of the environment at once, and names their variables", () => {
    const { settings, violations } = resolve({}, { DISPATCH_API_PORT: "0", DISPATCH_TLS_MIN_VERSION: "TLSv1.1" });
    assert.deepEqual(
      violations.map(({ key, value, rule }) => [key, value, rule]),
      [
        ["tls.min_version", "TLSv1.1", 'must be "TLSv1.2" or "TLSv1.3" in DISPATCH_TLS_MIN_VERSION'],
        ["api.port", "0", "must be a whole number from 1 to 65535 in DISPATCH_API_PORT"],
      ],
    );
    assert.equal(settings["tls.min_version"], "TLSv1.2");
  });

  test("notes what was put right in the environment, and names its variable", () => {
    const { settings, pinNotes } = resolve({}, { DISPATCH_API_ALLOWED_CIDRS: "10.1.2.3/8" });
    assert.deepEqual(settings["api.allowed_cidrs"], ["10.0.0.0/8"]);
    const note = '"10.1.2.3/8" has bits set behind its prefix: it was taken as 10.0.0.0/8 (DISPATCH_API_ALLOWED_CIDRS)';
    assert.deepEqual(pinNotes, [{ key: "api.allowed_cidrs", note }]);
  });

  test("shows no secret in a violation", () => {
    const { violations } = resolve({}, { DISPATCH_TLS_CERT_PASSWORD: "hunter2\n" });
    assert.deepEqual(
      violations.map(({ value }) => value),
      ["••••••••"],
    );
  });

  for (const [rows, key, owner] of [
    [{ "api.port": 25 }, "api.port", "listener.ports"],
    [{ "listener.implicit_tls_ports": [587] }, "listener.implicit_tls_ports", "listener.ports"],
    [{ "api.tls_port": 8025 }, "api.tls_port", "api.port"],
    [{ "webui.port": 8026 }, "webui.port", "api.tls_port"],
  ] as const) {
    test(`refuses a port that ${key} and ${owner} both name`, () => {
      const { violations } = resolve(rows);
      assert.deepEqual(
        violations.map((violation) => [violation.key, violation.rule]),
        [[key, `must not name a port that ${owner} names too`]],
      );
    });
  }

  test("lets a listener have the port of one that is switched off", () => {
    assert.deepEqual(resolve({ "api.http_enabled": false, "webui.port": 8025 }).violations, []);
    assert.deepEqual(resolve({ "api.enabled": false, "webui.port": 8026 }).violations, []);
  });
});
