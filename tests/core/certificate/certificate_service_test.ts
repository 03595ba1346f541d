import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { generateSelfSigned, type TlsIdentity, unpackPfx } from "../../../core/certificate/mod.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { DAY_MS, dashboard, pemOf, pfxOf, ServiceHarness } from "./service_harness.ts";

let harness: ServiceHarness;

describe("a certificate service", () => {
  beforeEach(async () => {
    harness = new ServiceHarness();
    await harness.open();
  });

  function makeIdentity(name: string, days = 90): Promise<TlsIdentity> {
    return generateSelfSigned(crypto, { dnsNames: [name], ipAddresses: [], days, nowMs: harness.nowMs });
  }

  describe("CertificateService.open", () => {
    test("serves a self-signed certificate for what the host is called, when nothing is recorded", () => {
      const { keeper, source } = harness.service;
      assert.equal(source, "automatic");
      assert.deepEqual(keeper.current.facts.dnsNames, ["relay1", "localhost"]);
      assert.deepEqual(keeper.current.facts.ipAddresses, ["127.0.0.1", "::1", "10.0.0.1"]);
      assert.deepEqual(harness.events, ["certificate.created"]);
    });

    test("serves the same certificate again, and the one that was recorded", async () => {
      const automatic = harness.fingerprint;
      assert.equal((await harness.reopen()).fingerprint, automatic);
      const generated = await harness.generate("mail.example.org");
      const next = await harness.reopen();
      assert.equal(next.fingerprint, generated.facts.fingerprintSha256);
      assert.equal(next.service.keeper.current.keyPem, generated.keyPem);
      assert.equal(next.service.source, "generated");
      assert.deepEqual(next.events, []);
    });

    for (const [damage, act] of [
      ["missing", (files) => files.contents.delete("tls/crt_00000000000000000000000000000001.pfx")],
      ["damaged", (files) => files.put("tls/crt_00000000000000000000000000000001.pfx", "not a PFX")],
      [
        "closed to it",
        (files) => {
          files.read = async (path) => {
            if (path.includes("crt_")) throw new TypeError("EACCES: permission denied");
            return files.contents.get(path) ?? null;
          };
        },
      ],
    ] satisfies [string, (files: ServiceHarness["files"]) => unknown][]) {
      test(`serves the automatic certificate when the recorded file is ${damage}, says so, and keeps the record`, async () => {
        const automatic = harness.fingerprint;
        await harness.generate("mail.example.org");
        const { records, rows } = harness.snapshot();
        act(harness.files);
        await harness.open();
        assert.equal(harness.service.source, "automatic");
        assert.equal(harness.fingerprint, automatic);
        const [line] = harness.lines.filter(({ event }) => event === "certificate.unreadable");
        assert.equal(line?.level, "error");
        assert.match(line.message, /^The certificate file \/data\/tls\/crt_0+1\.pfx can't be read: .+\. The automatic/);
        assert.deepEqual(harness.snapshot().records, records);
        assert.deepEqual(harness.snapshot().rows, rows);
      });
    }

    test("serves the file that the environment names, and leaves the history alone", async () => {
      await harness.generate("mail.example.org");
      await harness.generate("other.example.org");
      const { records, files } = harness.snapshot();
      const identity = await makeIdentity("pinned.example.org");
      const { bytes } = (await pfxOf(identity, "secret")).files[0]!;
      await harness.files.writeAtomically("own.pfx", bytes);
      const environment = { DISPATCH_TLS_CERT_PATH: "own.pfx", DISPATCH_TLS_CERT_PASSWORD: "secret" };
      await harness.open({ ...environment, DISPATCH_TLS_CERT_SOURCE: "uploaded" });
      assert.equal(harness.served, "pinned.example.org");
      harness.nowMs += 200 * DAY_MS;
      await harness.service.maintain();
      assert.deepEqual(harness.snapshot().records, records);
      assert.deepEqual(harness.snapshot().files, new Map([...files, ["own.pfx", bytes]]));
    });

    test("serves the automatic certificate when the environment names a file outside the data directory", async () => {
      harness.files.locate = (path) => {
        throw new RangeError(`Cannot use a path outside /data as path: current value is ${path}`);
      };
      await harness.open({ DISPATCH_TLS_CERT_PATH: "/etc/own.pfx", DISPATCH_TLS_CERT_SOURCE: "uploaded" });
      assert.equal(harness.service.source, "automatic");
      assert.ok(harness.events.includes("certificate.unreadable"));
    });

    test("serves the recorded certificate also when the history can't be read", async () => {
      await harness.generate("mail.example.org");
      harness.records.list = async () => {
        throw new TypeError("no table");
      };
      await harness.open();
      assert.equal(harness.served, "mail.example.org");
      assert.ok(harness.events.includes("certificate.history_failed"));
    });
  });

  describe("CertificateService.generate", () => {
    test("puts what was asked for in service, and tells every listener", async () => {
      const told: TlsIdentity[] = [];
      harness.service.keeper.subscribe((identity) => told.push(identity));
      const request = { names: ["Mail.Example.ORG"], addresses: ["192.0.2.1"], key: "p384", days: 30 } as const;
      await harness.service.generate(request, { actor: dashboard });
      const { facts } = harness.service.keeper.current;
      assert.deepEqual(facts.dnsNames, ["mail.example.org"]);
      assert.deepEqual(facts.ipAddresses, ["192.0.2.1"]);
      assert.deepEqual(facts.key, { type: "EC", curve: "P-384" });
      assert.equal(Date.parse(facts.notAfter) - harness.nowMs, 30 * DAY_MS);
      assert.deepEqual(told, [harness.service.keeper.current]);
      assert.equal(harness.service.source, "generated");
    });

    test("is for what the host is called when no name is given", async () => {
      await harness.service.generate({}, { actor: dashboard });
      assert.deepEqual(harness.service.keeper.current.facts.dnsNames, ["relay1", "localhost"]);
      assert.equal(harness.service.source, "generated");
    });

    test("names each part of a request that can't be, and changes nothing", async () => {
      const before = harness.snapshot();
      const request = { names: ["good.example.org", "no good"], addresses: ["10.0.0.0/8"], days: 826 };
      const error = await assertRefusal(
        () => harness.service.generate(request, { actor: dashboard }),
        "certificate_request_invalid",
      );
      assert.deepEqual(
        error.facts.violations.map(({ path }) => path),
        ["names[1]", "addresses[0]", "days"],
      );
      assert.deepEqual(harness.snapshot(), before);
    });

    test("remembers what was put in service: a PFX under a sealed random password, and who did it", async () => {
      const { facts, keyPem } = await harness.generate("mail.example.org");
      const [record, ...others] = [...harness.records.rows.values()];
      assert.deepEqual(others, []);
      const { sealedPassword, ...rest } = record!;
      assert.deepEqual(rest, {
        id: "crt_00000000000000000000000000000001",
        source: "generated",
        path: "tls/crt_00000000000000000000000000000001.pfx",
        fingerprintSha256: facts.fingerprintSha256,
        subject: "CN=mail.example.org",
        dnsNames: ["mail.example.org"],
        ipAddresses: [],
        notBefore: facts.notBefore,
        notAfter: facts.notAfter,
        installedAtMs: harness.nowMs,
        installedBy: "the dashboard from 10.0.0.5",
        replacedAtMs: null,
        replacedBy: null,
      });
      const password = await harness.box.open(`certificate/${rest.id}`, sealedPassword);
      assert.match(password, /^[A-Za-z0-9_-]{43}$/);
      assert.equal((await unpackPfx(crypto, harness.files.contents.get(rest.path)!, password)).keyPem, keyPem);
      const {
        "tls.cert_source": source,
        "tls.cert_path": path,
        "tls.cert_password": recorded,
      } = harness.config.holder.current;
      assert.deepEqual([source, path, recorded], ["generated", rest.path, password]);
      assert.equal(harness.events.at(-1), "certificate.installed");
      assert.deepEqual(harness.lines.at(-1)?.facts, {
        source: "generated",
        fingerprintSha256: facts.fingerprintSha256,
        by: "the dashboard from 10.0.0.5",
      });
    });

    test("goes on serving when one listener does not take the certificate", async () => {
      const told: TlsIdentity[] = [];
      harness.service.keeper.subscribe(() => {
        throw new TypeError("no socket");
      });
      harness.service.keeper.subscribe((identity) => told.push(identity));
      const identity = await harness.generate("mail.example.org");
      assert.deepEqual(told, [identity]);
      assert.ok(harness.events.includes("certificate.listener_failed"));
    });
  });

  describe("CertificateService.upload", () => {
    test("puts the certificate of two PEM files in service", async () => {
      const identity = await makeIdentity("mail.example.org");
      const { findings } = await harness.service.upload(pemOf(identity), { actor: dashboard });
      assert.deepEqual(
        findings.filter(({ severity }) => severity === "error"),
        [],
      );
      assert.equal(harness.service.source, "uploaded");
      assert.equal(harness.fingerprint, identity.facts.fingerprintSha256);
      assert.equal((await harness.reopen()).service.keeper.current.keyPem, identity.keyPem);
    });

    test("refuses files with an error, names all findings, and changes nothing", async () => {
      const before = harness.snapshot();
      const [certificate] = pemOf(await makeIdentity("mail.example.org")).files;
      const [, otherKey] = pemOf(await makeIdentity("other.example.org")).files;
      const material = { files: [certificate!, otherKey!], passphrase: null };
      const error = await assertRefusal(
        () => harness.service.upload(material, { actor: dashboard }),
        "certificate_refused",
      );
      const { findings } = await harness.service.check(material);
      assert.deepEqual(error.facts.findings, findings);
      assert.ok(findings.some(({ code }) => code === "key_mismatch"));
      assert.deepEqual(harness.snapshot(), before);
    });

    test("refuses what the listeners can't load, however good it looks, and changes nothing", async () => {
      const before = harness.snapshot();
      const material = pemOf(await makeIdentity("mail.example.org"));
      harness.refusal = "ee key too small";
      const error = await assertRefusal(
        () => harness.service.upload(material, { actor: dashboard }),
        "certificate_refused",
      );
      const [first] = error.facts.findings;
      assert.equal(first?.code, "not_servable");
      assert.match(first.message, /ee key too small/);
      assert.deepEqual(harness.snapshot(), before);
    });
  });

  describe("CertificateService.check", () => {
    test("warns about a name that the server goes by, and changes nothing", async () => {
      const before = harness.snapshot();
      const { findings, identity } = await harness.service.check(pemOf(await makeIdentity("mail.example.org")));
      const [finding] = findings.filter(({ code }) => code === "name_not_covered");
      assert.match(finding?.message ?? "", /^relay1,/);
      assert.equal(identity?.facts.dnsNames[0], "mail.example.org");
      assert.deepEqual(harness.snapshot(), before);
    });
  });

  describe("CertificateService.remove", () => {
    test("goes back to the automatic certificate that was served before", async () => {
      const automatic = harness.fingerprint;
      await harness.generate("mail.example.org");
      await harness.service.remove({ actor: dashboard });
      assert.equal(harness.fingerprint, automatic);
      assert.equal(harness.service.source, "automatic");
      assert.equal(harness.config.holder.current["tls.cert_source"], "");
      assert.equal(harness.config.holder.current["tls.cert_path"], "");
      assert.equal(harness.config.holder.current["tls.cert_password"], "");
      assert.equal(harness.events.at(-1), "certificate.removed");
      assert.equal((await harness.reopen()).fingerprint, automatic);
    });

    test("has nothing to do when the automatic certificate is in service", async () => {
      const before = harness.snapshot();
      await harness.service.remove({ actor: dashboard });
      assert.deepEqual(harness.snapshot(), before);
      assert.deepEqual(harness.events, ["certificate.created"]);
    });

    test("renews the automatic certificate when that is due by then", async () => {
      const automatic = harness.fingerprint;
      await harness.generate("mail.example.org");
      harness.nowMs += 390 * DAY_MS;
      await harness.service.remove({ actor: dashboard });
      assert.notEqual(harness.fingerprint, automatic);
      assert.equal((await harness.reopen()).fingerprint, harness.fingerprint);
    });

    test("puts a certificate out of service that can't be read", async () => {
      await harness.generate("mail.example.org");
      harness.files.contents.delete(harness.pfxFiles[0]!);
      await harness.open();
      await harness.service.remove({ actor: dashboard });
      assert.equal(harness.config.holder.current["tls.cert_source"], "");
      assert.deepEqual(await harness.service.history(), []);
    });
  });

  describe("CertificateService.exportPfx", () => {
    test("packs the identity in service under the passphrase", async () => {
      const identity = await harness.generate("mail.example.org");
      const pfx = await harness.service.exportPfx("pässwört");
      assert.equal((await unpackPfx(crypto, pfx, "pässwört")).keyPem, identity.keyPem);
    });

    test("refuses a passphrase of less than eight characters", async () => {
      const error = await assertRefusal(() => harness.service.exportPfx("👍👍👍👍👍👍👍"), "passphrase_too_short");
      assert.deepEqual(error.facts, { least: 8 });
    });
  });

  describe("CertificateService", () => {
    const pins = { DISPATCH_TLS_CERT_SOURCE: "", DISPATCH_TLS_CERT_PATH: "", DISPATCH_TLS_CERT_PASSWORD: "" };
    for (const [key, variable] of [
      ["tls.cert_source", "DISPATCH_TLS_CERT_SOURCE"],
      ["tls.cert_path", "DISPATCH_TLS_CERT_PATH"],
      ["tls.cert_password", "DISPATCH_TLS_CERT_PASSWORD"],
    ] as const) {
      test(`refuses every change while ${variable} is set, before anything is written`, async () => {
        await harness.open({ [variable]: pins[variable] });
        const before = harness.snapshot();
        harness.files.written.length = 0;
        for (const act of [
          () => harness.service.generate({}, { actor: dashboard }),
          () => harness.service.remove({ actor: dashboard }),
          () => harness.service.restore("crt_1", { actor: dashboard }),
        ]) {
          const error = await assertRefusal(act, "config_pinned");
          assert.deepEqual(error.facts, { key, variable });
        }
        assert.deepEqual(harness.snapshot(), before);
        assert.deepEqual(harness.files.written, []);
      });
    }
  });
});
