import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { defaultSettings, definitionOf, isSettingKey, settingKeys } from "../../../core/config/settings.ts";

const privateNetworks = [
  "127.0.0.0/8",
  "::1/128",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "fc00::/7",
  "fe80::/10",
];

/** The settings as the product's description lists them: default, and values that must be refused. */
const described: Readonly<Record<string, { readonly default: unknown; readonly refused: readonly string[] }>> = {
  "listener.ports": { default: [25, 587], refused: ["0", "65536", "25,25", "smtp"] },
  "listener.implicit_tls_ports": { default: [], refused: ["70000"] },
  "listener.server_name": { default: "relay1", refused: ["", "two words", "10.0.0.1"] },
  "listener.allowed_cidrs": { default: privateNetworks, refused: ["10.0.0.0/33", "everybody"] },
  "listener.trusted_proxies": { default: [], refused: ["proxy.example.org", "10.0.0.0/33"] },
  "listener.max_message_bytes": { default: 26_214_400, refused: ["0", "-1", "25MB"] },
  "listener.max_recipients": { default: 1000, refused: ["0"] },
  "listener.require_auth": { default: false, refused: ["maybe"] },
  "listener.allow_unsecure_auth": { default: false, refused: ["maybe"] },
  "listener.connection_timeout_seconds": { default: 60, refused: ["0"] },
  "listener.max_connections": { default: 100, refused: ["0"] },
  "listener.max_connections_per_client": { default: 50, refused: ["0"] },
  "listener.bare_newlines": { default: "normalize", refused: ["keep"] },
  "tls.cert_source": { default: "", refused: ["acme", "self-signed"] },
  "tls.cert_path": { default: "", refused: ["tls/\n"] },
  "tls.cert_password": { default: "", refused: ["\u0000"] },
  "tls.min_version": { default: "TLSv1.2", refused: ["TLSv1.1", "TLSv1", "SSLv3", ""] },
  "spool.directory": { default: "spool", refused: [""] },
  "spool.worker_count": { default: 4, refused: ["0", "33"] },
  "spool.max_retries": { default: 3, refused: ["-1"] },
  "spool.retry_delays_seconds": { default: [30, 300, 1800], refused: ["", "0", "-5"] },
  "api.enabled": { default: true, refused: ["maybe"] },
  "api.http_enabled": { default: true, refused: ["maybe"] },
  "api.port": { default: 8025, refused: ["0", "65536"] },
  "api.tls_enabled": { default: true, refused: ["maybe"] },
  "api.tls_port": { default: 8026, refused: ["0", "65536"] },
  "api.allowed_cidrs": { default: privateNetworks, refused: ["10.0.0"] },
  "api.trusted_proxies": { default: [], refused: ["proxy.example.org", "10.0.0.0/33"] },
  "api.max_connections": { default: 1000, refused: ["0"] },
  "api.max_connections_per_client": { default: 100, refused: ["0"] },
  "api.max_message_bytes": { default: 26_214_400, refused: ["0"] },
  "api.rate_limit_per_key": { default: 100, refused: ["-1"] },
  "webui.port": { default: 8420, refused: ["0", "65536"] },
  "webui.allowed_cidrs": { default: [], refused: ["10.0.0"] },
  "webui.trusted_proxies": { default: [], refused: ["10.0.0"] },
  "webui.session_timeout_minutes": { default: 480, refused: ["0"] },
  "logging.log_delivered": { default: true, refused: ["maybe"] },
  "logging.log_retrying": { default: true, refused: ["maybe"] },
  "logging.log_denied": { default: true, refused: ["maybe"] },
  "purge.enabled": { default: true, refused: ["maybe"] },
  "purge.schedule_interval_hours": { default: 6, refused: ["0"] },
  "purge.spool_failed_retention_days": { default: 30, refused: ["-1"] },
  "purge.captured_retention_days": { default: 7, refused: ["-1"] },
  "purge.log_delivered_retention_days": { default: 30, refused: ["-1"] },
  "purge.log_failed_retention_days": { default: 90, refused: ["-1"] },
  "purge.audit_retention_days": { default: 90, refused: ["-1"] },
  "purge.audit_security_retention_days": { default: 90, refused: ["-1"] },
};

/** Suffix of a key, and the unit that it names. */
const unitSuffixes = { _bytes: "bytes", _seconds: "seconds", _minutes: "minutes", _hours: "hours", _days: "days" };

describe("registry", () => {
  test("has the settings that are described, and no other", () => {
    assert.deepEqual([...settingKeys].sort(), Object.keys(described).sort());
  });

  for (const key of settingKeys) {
    test(`${key} has the described default, and reads it from JSON and from text`, () => {
      const value = defaultSettings({ hostName: "relay1" })[key];
      const { codec } = definitionOf(key);
      assert.deepEqual(value, described[key]?.default);
      assert.deepEqual(codec.fromJson(JSON.parse(JSON.stringify(value))), { value });
      assert.deepEqual(codec.fromText(codec.toText(value)), { value });
    });

    test(`${key} refuses what it can't be`, () => {
      for (const text of described[key]?.refused ?? []) {
        assert.ok("rule" in definitionOf(key).codec.fromText(text), JSON.stringify(text));
      }
    });
  }

  test("names the unit that is part of a key", () => {
    for (const [suffix, unit] of Object.entries(unitSuffixes)) {
      for (const key of settingKeys.filter((name) => name.endsWith(suffix))) assert.equal(definitionOf(key).unit, unit);
    }
  });

  test("keeps only the PFX password secret", () => {
    assert.deepEqual(
      settingKeys.filter((key) => definitionOf(key).secret),
      ["tls.cert_password"],
    );
  });
});

describe("defaultSettings", () => {
  test("falls back to dispatch.local where the host has no usable name", () => {
    for (const hostName of [null, "", "under_score", "192.0.2.1"]) {
      assert.equal(defaultSettings({ hostName })["listener.server_name"], "dispatch.local");
    }
  });

  test("can't be changed", () => {
    assert.ok(Object.isFrozen(defaultSettings({ hostName: null })));
  });
});

describe("isSettingKey", () => {
  test("knows no names that every object has", () => {
    assert.equal(isSettingKey("constructor"), false);
    assert.equal(isSettingKey("__proto__"), false);
    assert.equal(isSettingKey("api.port"), true);
  });
});
