import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { AuditedCertificate } from "../../../core/certificate/audited_certificate.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { admin, DAY_MS, dashboard, ServiceHarness } from "./service_harness.ts";

let harness: ServiceHarness;

describe("the history of a certificate service", () => {
  beforeEach(async () => {
    harness = new ServiceHarness();
    await harness.open();
  });

  async function remembered(): Promise<(string | undefined)[]> {
    return (await harness.service.history()).map(({ dnsNames }) => dnsNames[0]);
  }

  async function generateAll(...names: string[]): Promise<void> {
    for (const name of names) await harness.generate(name);
  }

  /** Asserts that there are files for the certificates in service and in the history, and no others. */
  function assertFiles(count: number): void {
    assert.deepEqual(harness.pfxFiles, [...harness.records.rows.values()].map(({ path }) => path).sort());
    assert.equal(harness.pfxFiles.length, count);
  }

  describe("CertificateService.history", () => {
    test("is empty until a certificate was replaced that somebody had put in service", async () => {
      assert.deepEqual(await remembered(), []);
      await harness.generate("a.example.org");
      assert.deepEqual(await remembered(), []);
    });

    test("says when and by whom a certificate was replaced, and tells no secret", async () => {
      await harness.generate("a.example.org");
      harness.nowMs += 60_000;
      await harness.service.generate({ names: ["b.example.org"] }, { actor: admin });
      const [first, ...others] = await harness.service.history();
      assert.deepEqual(others, []);
      assert.equal(first?.replacedAtMs, harness.nowMs);
      assert.equal(first?.replacedBy, "the admin API from 10.0.0.6");
      assert.equal(first?.installedAtMs, harness.nowMs - 60_000);
      assert.equal(first?.installedBy, "the dashboard from 10.0.0.5");
      assert.deepEqual([first && "sealedPassword" in first, first && "path" in first], [false, false]);
    });

    test("says who went back to the automatic certificate", async () => {
      await harness.generate("a.example.org");
      await harness.service.remove({ actor: admin });
      const [first] = await harness.service.history();
      assert.equal(first?.replacedBy, "the admin API from 10.0.0.6");
    });

    test("keeps five, the one replaced last first, and deletes the files and records of the others", async () => {
      await generateAll("a", "b", "c", "d", "e", "f", "g");
      assert.deepEqual(await remembered(), ["f", "e", "d", "c", "b"]);
      assertFiles(6);
    });

    test("is the same after a restart", async () => {
      await generateAll("a", "b", "c");
      const before = await harness.service.history();
      assert.deepEqual(await (await harness.reopen()).service.history(), before);
    });

    test("drops what was replaced more than 90 days ago from the answer at once, and from disk by the daily maintenance", async () => {
      await generateAll("a", "b", "c");
      const replacedAtMs = (await harness.service.history())[0]!.replacedAtMs;
      harness.nowMs = replacedAtMs + 90 * DAY_MS;
      assert.deepEqual(await remembered(), ["b"]);
      harness.nowMs += 1;
      assert.deepEqual(await remembered(), []);
      await harness.service.maintain();
      assertFiles(1);
      assert.equal(harness.served, "c");
    });

    test("drops a record whose file is missing, and says so", async () => {
      await generateAll("a", "b", "c");
      harness.files.contents.delete("tls/crt_00000000000000000000000000000001.pfx");
      await harness.service.maintain();
      assert.deepEqual(await remembered(), ["b"]);
      assertFiles(2);
      const [line] = harness.lines.filter(({ event }) => event === "certificate.forgotten");
      assert.equal(line?.facts.reason, "file_missing");
      const told = harness.audited.at(-1)!;
      assert.deepEqual(
        [told.event, told.actor.kind, told.reason],
        ["certificate.forgotten", "service", "file_missing"],
      );
    });

    test("keeps a record whose file can't be read at the moment", async () => {
      await generateAll("a", "b");
      harness.files.read = async () => {
        throw new TypeError("EIO: i/o error");
      };
      await harness.service.maintain();
      assert.deepEqual(await remembered(), ["a"]);
    });
  });

  describe("CertificateService.restore", () => {
    test("puts an earlier certificate back, under its old id, and the one in its place into the history", async () => {
      const first = await harness.generate("a");
      await harness.generate("b");
      const [{ id } = { id: "" }] = await harness.service.history();
      harness.nowMs += 60_000;
      await harness.service.restore(id, { actor: admin });
      assert.equal(harness.service.keeper.current.keyPem, first.keyPem);
      assert.equal(harness.service.source, "generated");
      assert.deepEqual(await remembered(), ["b"]);
      const record = harness.records.rows.get(id);
      assert.deepEqual(
        [record?.installedAtMs, record?.installedBy, record?.replacedAtMs, record?.replacedBy],
        [harness.nowMs, "the admin API from 10.0.0.6", null, null],
      );
      assert.equal(harness.events.at(-1), "certificate.restored");
      assert.equal((await harness.reopen()).fingerprint, first.facts.fingerprintSha256);
      assertFiles(2);
    });

    test("refuses the id of the certificate in service, and one that nobody knows", async () => {
      await harness.generate("a");
      for (const id of ["crt_00000000000000000000000000000001", "crt_2", "", "../dispatch"]) {
        const error = await assertRefusal(
          () => harness.service.restore(id, { actor: dashboard }),
          "certificate_record_unknown",
        );
        assert.deepEqual(error.facts, { id });
      }
    });

    test("refuses a certificate that has expired meanwhile, and changes nothing", async () => {
      const { facts } = await harness.generate("a", 1);
      await harness.generate("b");
      harness.nowMs = Date.parse(facts.notAfter);
      const before = harness.snapshot();
      const [{ id } = { id: "" }] = await harness.service.history();
      const error = await assertRefusal(() => harness.service.restore(id, { actor: dashboard }), "certificate_refused");
      assert.deepEqual(
        error.facts.findings.map(({ code }) => code),
        ["expired"],
      );
      assert.deepEqual(harness.snapshot(), before);
    });

    test("refuses a certificate whose file or password does not open, and changes nothing", async () => {
      await generateAll("a", "b", "c");
      const [second, first] = await harness.service.history();
      harness.files.put("tls/crt_00000000000000000000000000000001.pfx", "damaged");
      const record = harness.records.rows.get(second!.id)!;
      harness.records.rows.set(record.id, { ...record, sealedPassword: "v1.AAAA" });
      const before = harness.snapshot();
      for (const { id } of [first!, second!]) {
        const error = await assertRefusal(
          () => harness.service.restore(id, { actor: dashboard }),
          "certificate_unreadable",
        );
        assert.equal(error.facts.path, `/data/tls/${id}.pfx`);
      }
      assert.deepEqual(harness.snapshot(), before);
    });
  });

  describe("CertificateService.maintain", () => {
    test("leaves a certificate alone that is good for long", async () => {
      const before = harness.snapshot();
      harness.files.written.length = 0;
      await harness.service.maintain();
      assert.deepEqual(harness.snapshot(), before);
      assert.deepEqual(harness.files.written, []);
    });

    test("renews the automatic certificate in service when that is due, and tells the listeners", async () => {
      const automatic = harness.fingerprint;
      const told: string[] = [];
      harness.service.keeper.subscribe(({ facts }) => told.push(facts.fingerprintSha256));
      harness.nowMs += 390 * DAY_MS;
      await harness.service.maintain();
      assert.notEqual(harness.fingerprint, automatic);
      assert.deepEqual(told, [harness.fingerprint]);
      const { event, subject, before: earlier, after } = harness.audited.at(-1)!;
      assert.deepEqual([event, subject], ["certificate.renewed", "automatic"]);
      assert.equal((earlier as AuditedCertificate).fingerprintSha256, automatic);
      assert.equal((after as AuditedCertificate).fingerprintSha256, harness.fingerprint);
      assert.equal((await harness.reopen()).fingerprint, harness.fingerprint);
    });

    test("goes on serving the old automatic certificate when the new one can't be stored", async () => {
      const automatic = harness.fingerprint;
      harness.nowMs += 390 * DAY_MS;
      harness.files.writesLeft = 0;
      await assert.rejects(harness.service.maintain(), TypeError);
      assert.equal(harness.fingerprint, automatic);
      harness.files.writesLeft = Number.POSITIVE_INFINITY;
      await harness.service.maintain();
      assert.notEqual(harness.fingerprint, automatic);
    });

    test("neither renews nor serves the automatic certificate while another one is in service", async () => {
      await harness.generate("a.example.org", 825);
      const automatic = harness.files.contents.get("tls/automatic.pfx");
      harness.nowMs += 396 * DAY_MS;
      await harness.service.maintain();
      assert.equal(harness.served, "a.example.org");
      assert.equal(harness.files.contents.get("tls/automatic.pfx"), automatic);
    });

    test("never replaces a certificate that somebody put in service, though it has expired and its file is lost", async () => {
      await harness.generate("a.example.org", 1);
      harness.nowMs += 10 * DAY_MS;
      harness.files.contents.delete(harness.pfxFiles[0]!);
      await harness.service.maintain();
      assert.equal(harness.served, "a.example.org");
    });

    test("serves a recorded certificate again that could not be read for a while", async () => {
      const { facts } = await harness.generate("a.example.org");
      const [path] = harness.pfxFiles;
      const bytes = harness.files.contents.get(path!)!;
      harness.files.contents.delete(path!);
      await harness.open();
      await harness.service.maintain();
      assert.equal(harness.service.source, "automatic");
      harness.files.contents.set(path!, bytes);
      await harness.service.maintain();
      assert.equal(harness.service.source, "generated");
      assert.equal(harness.fingerprint, facts.fingerprintSha256);
      assert.equal(harness.events.at(-1), "certificate.recovered");
      const told = harness.audited.map(({ event }) => event);
      assert.deepEqual(told.slice(-2), ["certificate.unreadable", "certificate.recovered"]);
    });
  });
});
