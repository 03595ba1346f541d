import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { generateSelfSigned } from "../../../core/certificate/mod.ts";
import { admin, dashboard, pfxOf, ServiceHarness } from "./service_harness.ts";

const passphrase = "correct horse battery staple";

/** All that could give the identity in service away: the lines of its key, and the password of its file. */
function secretsInService({ service, config }: ServiceHarness): string[] {
  const keyLines = service.keeper.current.keyPem.split("\n").filter((line) => line !== "" && !line.startsWith("-----"));
  return [...keyLines, config.holder.current["tls.cert_password"]].filter((secret) => secret !== "");
}

describe("CertificateService", () => {
  test("tells neither a log nor an error a key, a password or a passphrase", async () => {
    const harness = new ServiceHarness();
    const secrets = new Set([passphrase, "wrong passphrase"]);
    const errors: unknown[] = [];
    const attempt = async (act: () => Promise<unknown>): Promise<void> => {
      await act().catch((error) => errors.push(error));
      for (const secret of secretsInService(harness)) secrets.add(secret);
    };

    await harness.open();
    const names = { dnsNames: ["mail.example.org"], ipAddresses: [], nowMs: harness.nowMs };
    const material = await pfxOf(await generateSelfSigned(crypto, names), passphrase);
    const upload = (typed: string | null) =>
      harness.service.upload({ ...material, passphrase: typed }, { actor: admin });
    await attempt(() => upload(null));
    await attempt(() => upload("wrong passphrase"));
    await attempt(() => upload(passphrase));
    assert.equal(harness.service.source, "uploaded");
    await attempt(() => harness.generate("mail.example.org"));
    await attempt(async () => harness.service.restore((await harness.service.history())[0]!.id, { actor: admin }));
    harness.store.failure = new TypeError("database is locked");
    await attempt(() => upload(passphrase));
    harness.store.failure = null;
    harness.files.writesLeft = 0;
    await attempt(() => upload(passphrase));
    harness.files.writesLeft = Number.POSITIVE_INFINITY;
    for (const path of harness.pfxFiles) harness.files.put(path, "damaged");
    await attempt(async () => harness.service.restore((await harness.service.history())[0]!.id, { actor: admin }));
    await harness.open();
    await attempt(() => harness.service.exportPfx("short"));
    await attempt(() => harness.service.remove({ actor: dashboard }));

    assert.equal(errors.length, 6);
    const told = inspect([harness.lines, harness.audited, errors], {
      depth: Number.POSITIVE_INFINITY,
      showHidden: true,
    });
    for (const event of ["certificate.installed", "certificate.restored", "certificate.unreadable"]) {
      assert.ok(told.includes(event), event);
    }
    for (const secret of secrets) assert.equal(told.includes(secret), false, secret);
  });
});
