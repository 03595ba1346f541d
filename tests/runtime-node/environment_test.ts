import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { EnvironmentRecord } from "../../core/config/mod.ts";
import { readEnvironment } from "../../runtime-node/environment.ts";
import { assertRefusal } from "../support/assert_refusal.ts";

const defaults = { dataDirectory: ".dispatch", workingDirectory: "/srv/app" };
const read = (variables: EnvironmentRecord) => readEnvironment(variables, defaults);

describe("readEnvironment", () => {
  test("has a default for everything", () => {
    assert.deepEqual(read({ PATH: "/bin" }), {
      dataDirectory: "/srv/app/.dispatch",
      databasePath: "/srv/app/.dispatch/dispatch.db",
      keyFile: "/srv/app/.dispatch/dispatch.key",
      adminPassword: null,
      dashboardCertificate: null,
      logLevel: "info",
      logFormat: null,
      pins: new Map(),
    });
  });

  test("takes the package's data directory as it is", () => {
    const { dataDirectory } = readEnvironment({}, { ...defaults, dataDirectory: "/var/lib/dispatch" });
    assert.equal(dataDirectory, "/var/lib/dispatch");
  });

  test("reads every bootstrap variable, and relative paths from the working directory", () => {
    const environment = read({
      DISPATCH_DATA_DIR: "data",
      DISPATCH_DATABASE_URL: "sqlite:db/mail.db",
      DISPATCH_KEY_FILE: "/etc/dispatch.key",
      DISPATCH_ADMIN_PASSWORD: "correct horse battery",
      DISPATCH_DASHBOARD_CERT: "cert.pem",
      DISPATCH_DASHBOARD_KEY: "key.pem",
      DISPATCH_LOG_LEVEL: "debug",
      DISPATCH_LOG_FORMAT: "json",
      DISPATCH_API_PORT: "9000",
    });
    assert.deepEqual(environment, {
      dataDirectory: "/srv/app/data",
      databasePath: "/srv/app/db/mail.db",
      keyFile: "/etc/dispatch.key",
      adminPassword: "correct horse battery",
      dashboardCertificate: { certPath: "/srv/app/cert.pem", keyPath: "/srv/app/key.pem" },
      logLevel: "debug",
      logFormat: "json",
      pins: new Map([["api.port", { variable: "DISPATCH_API_PORT", text: "9000" }]]),
    });
  });

  test("keeps database and key in the data directory that is named", () => {
    const { databasePath, keyFile } = read({ DISPATCH_DATA_DIR: "/data" });
    assert.deepEqual([databasePath, keyFile], ["/data/dispatch.db", "/data/dispatch.key"]);
  });

  for (const [url, path] of [
    ["mail.db", "/srv/app/mail.db"],
    ["/data/mail.db", "/data/mail.db"],
    ["sqlite:/data/mail.db", "/data/mail.db"],
    ["file:///data/a%20b.db", "/data/a b.db"],
  ] as const) {
    test(`reads ${url} as a database`, () => {
      assert.equal(read({ DISPATCH_DATABASE_URL: url }).databasePath, path);
    });
  }

  test("takes an empty bootstrap variable for one that is not set", () => {
    assert.deepEqual(read({ DISPATCH_DATA_DIR: "", DISPATCH_LOG_LEVEL: "", DISPATCH_DATABASE_URL: "" }), read({}));
  });

  test("refuses all that is wrong at once, and shows no password", async () => {
    const variables = {
      DISPATCH_DATABASE_URL: "postgres://app:hunter2@db.example.org/mail",
      DISPATCH_ADMIN_PASSWORD: "hunter2",
      DISPATCH_DASHBOARD_KEY: "key.pem",
      DISPATCH_LOG_LEVEL: "loud",
      DISPATCH_LOG_FORMAT: "xml",
    };
    const { facts, exitCode } = await assertRefusal(() => read(variables), "config_invalid");
    assert.equal(exitCode, 2);
    assert.doesNotMatch(JSON.stringify(facts), /hunter2/);
    assert.deepEqual(
      facts.violations.map(({ key }) => key),
      [
        "DISPATCH_DATABASE_URL",
        "DISPATCH_ADMIN_PASSWORD",
        "DISPATCH_DASHBOARD_CERT",
        "DISPATCH_LOG_LEVEL",
        "DISPATCH_LOG_FORMAT",
      ],
    );
  });

  test("refuses an unknown variable", async () => {
    const { facts } = await assertRefusal(() => read({ DISPATCH_DATADIR: "/data" }), "environment_unknown");
    assert.equal(facts.nearest, "DISPATCH_DATA_DIR");
  });
});
