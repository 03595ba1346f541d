import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import type { CertificateRecord } from "../../core/certificate/certificate_record.ts";
import { openStores, type Stores } from "../../drizzle/stores.ts";
import { DatabaseFixture } from "../support/database_fixture.ts";

let stores: Stores;
const fixtures: DatabaseFixture[] = [];

describe("openCertificateRecordStore", () => {
  beforeEach(async () => {
    const fixture = new DatabaseFixture();
    fixtures.push(fixture);
    stores = openStores(await fixture.open());
  });

  after(() => {
    for (const fixture of fixtures) fixture.remove();
  });

  function record(id: string, overrides: Partial<CertificateRecord> = {}): CertificateRecord {
    return {
      id,
      source: "uploaded",
      path: `tls/${id}.pfx`,
      sealedPassword: "v1.sealed",
      fingerprintSha256: "AA:BB",
      subject: "CN=*.bücher.example, O=Bücher",
      dnsNames: ["*.xn--bcher-kva.example", "b.example"],
      ipAddresses: ["192.0.2.1", "2001:db8::1"],
      notBefore: "2026-01-01T00:00:00.000Z",
      notAfter: "2026-12-31T23:59:59.000Z",
      installedAtMs: Date.UTC(2026, 0, 2),
      installedBy: "the dashboard from 10.0.0.5",
      replacedAtMs: null,
      replacedBy: null,
      ...overrides,
    };
  }

  describe("openCertificateRecordStore", () => {
    test("lists records as they were put, the one installed last first", async () => {
      const replaced = { replacedAtMs: Date.UTC(2026, 1, 3), replacedBy: "the command line" };
      const older = record("crt_1", { installedAtMs: 1000, dnsNames: [], ipAddresses: [], ...replaced });
      const newer = record("crt_2");
      const neverInService = record("crt_3", { installedAtMs: 2000, replacedAtMs: 0, replacedBy: "the command line" });
      for (const stored of [older, newer, neverInService]) await stores.certificates.put(stored);
      assert.deepEqual(await stores.certificates.list(), [newer, neverInService, older]);
    });

    test("put replaces the record with the same id", async () => {
      await stores.certificates.put(record("crt_1", { replacedAtMs: 5, replacedBy: "the command line" }));
      const restored = record("crt_1", { installedAtMs: 6, installedBy: "the admin API" });
      await stores.certificates.put(restored);
      assert.deepEqual(await stores.certificates.list(), [restored]);
    });

    test("put refuses a second record of one file, and keeps the first", async () => {
      await stores.certificates.put(record("crt_1"));
      await assert.rejects(stores.certificates.put(record("crt_2", { path: "tls/crt_1.pfx" })), /UNIQUE/);
      assert.deepEqual(await stores.certificates.list(), [record("crt_1")]);
    });

    test("remove removes the records that are named, and is content when there are none", async () => {
      for (const id of ["crt_1", "crt_2", "crt_3"]) await stores.certificates.put(record(id));
      await stores.certificates.remove(["crt_1", "crt_3", "crt_4"]);
      await stores.certificates.remove([]);
      assert.deepEqual(await stores.certificates.list(), [record("crt_2")]);
    });

    test("tells what the database has refused without repeating the record", async () => {
      await stores.certificates.put(record("crt_1"));
      const failed = stores.certificates.put(record("crt_2", { path: "tls/crt_1.pfx" }));
      await assert.rejects(failed, (error: Error) => !`${error.message} ${error.stack}`.includes("v1.sealed"));
    });
  });
});
