import assert from "node:assert/strict";
import { test } from "node:test";
import { commandLineActor } from "../../../core/access/actor.ts";
import type { GenerateRequest } from "../../../core/certificate/certificate_service.ts";
import { finding } from "../../../core/certificate/finding.ts";
import { maxMaterialFiles } from "../../../core/certificate/material.ts";
import type { CertificateCheck } from "../../../core/operations/certificate_check.ts";
import type { ExportedFile } from "../../../core/operations/certificate_export.ts";
import { performOperation } from "../../../core/operations/operation_table.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { sampleEarlier } from "../../support/memory_certificates.ts";
import { createMemoryDispatch, sampleCertificate } from "../../support/memory_operation_context.ts";

// printf 'not a certificate' | base64
const file = { name: "a.pem", content: "bm90IGEgY2VydGlmaWNhdGU=" };
const warningOnly = [finding("chain_reordered", {})];
const anError = [finding("expired", { notAfter: "2026-01-01T00:00:00.000Z" }, "a.pem"), ...warningOnly];

test("cert.show shows the certificate in service", async () => {
  const { context } = await createMemoryDispatch();
  assert.deepEqual(await performOperation(context, "cert.show", {}), sampleCertificate);
});

test("cert.check hands the bytes of all files and the passphrase to the service, in their order", async () => {
  const { context, certificates } = await createMemoryDispatch();
  await performOperation(context, "cert.check", { files: [file, { name: "b.key", content: "/w==" }], passphrase: "" });
  assert.deepEqual(certificates.seen, [
    {
      files: [
        { name: "a.pem", bytes: new TextEncoder().encode("not a certificate") },
        { name: "b.key", bytes: new Uint8Array([255]) },
      ],
      passphrase: "",
    },
  ]);
});

test("cert.check tells a passphrase that is not given from an empty one", async () => {
  const { context, certificates } = await createMemoryDispatch();
  await performOperation(context, "cert.check", { files: [file] });
  assert.equal(certificates.seen[0]?.passphrase, null);
});

for (const [what, findings, ok] of [
  ["nothing", [], true],
  ["warnings alone", warningOnly, true],
  ["an error", anError, false],
] as const) {
  test(`cert.check is ${ok ? "well" : "not well"} with ${what} among the findings, and changes nothing`, async () => {
    const { context, certificates } = await createMemoryDispatch();
    certificates.judge = () => findings;
    const check = (await performOperation(context, "cert.check", { files: [file] })) as CertificateCheck;
    assert.deepEqual([check.ok, check.findings], [ok, findings]);
    assert.equal(check.identity?.daysLeft, ok ? 397 : undefined);
    assert.deepEqual(certificates.changes, []);
  });
}

test("cert.upload answers with the certificate in service and what was put right", async () => {
  const { context, certificates } = await createMemoryDispatch();
  certificates.judge = () => warningOnly;
  const answer = await performOperation(context, "cert.upload", { files: [file] });
  assert.deepEqual(answer, { ...sampleCertificate, findings: warningOnly });
});

test("cert.upload carries who does it and what they had seen", async () => {
  const { context, certificates } = await createMemoryDispatch();
  await performOperation(context, "cert.upload", { files: [file], seen: "AA:BB" });
  assert.deepEqual(certificates.changes[0]?.change, { actor: commandLineActor, seen: "AA:BB" });
});

test("cert.upload is refused with all findings, and changes nothing", async () => {
  const { context, certificates } = await createMemoryDispatch();
  certificates.judge = () => anError;
  const upload = () => performOperation(context, "cert.upload", { files: [file] });
  const error = await assertRefusal(upload, "certificate_refused");
  assert.deepEqual(error.facts.findings, anError);
  assert.equal(error.message, "a.pem: The certificate expired on 2026-01-01.");
  assert.deepEqual(certificates.changes, []);
});

for (const [what, files, rule] of [
  ["no file", [], "must be 1 to 32 files"],
  ["too many files", Array(maxMaterialFiles + 1).fill(file), "must be 1 to 32 files"],
  ["a file that is none", ["a.pem"], "must be a file: its name, and its content in base64"],
  ["a file without a name", [{ name: "", content: "" }], "must be a text of 1 to 4096 characters"],
  ["content that is no base64", [{ name: "a.pem", content: "§" }], "must be a content in base64"],
] as const) {
  test(`cert.check refuses ${what}, and repeats nothing of it`, async () => {
    const { context } = await createMemoryDispatch();
    const error = await assertRefusal(() => performOperation(context, "cert.check", { files }), "input_invalid");
    const [violation] = error.facts.violations;
    assert.equal(violation?.rule, rule);
    assert.ok(!error.message.includes(file.content), error.message);
  });
}

test("cert.check and cert.export repeat nothing of a passphrase that they refuse", async () => {
  const { context } = await createMemoryDispatch();
  for (const [name, rest] of [
    ["cert.check", { files: [file] }],
    ["cert.export", { format: "pfx" }],
  ] as const) {
    for (const passphrase of ["hunter2".repeat(200), ["hunter2"], { hunter2: "hunter2" }]) {
      const act = () => performOperation(context, name, { ...rest, passphrase });
      const error = await assertRefusal(act, "input_invalid");
      assert.match(error.message, /^passphrase must be a text of 1024 characters at most; another value was given\.$/);
      assert.ok(!JSON.stringify(error.facts).includes("hunter2"));
    }
  }
});

test("cert.generate passes on what was asked for, numbers as text too, and leaves the rest to the service", async () => {
  const { context, certificates } = await createMemoryDispatch();
  const request = { names: ["*.example.org"], addresses: ["192.0.2.1"], key: "rsa3072", days: "90" };
  assert.deepEqual(await performOperation(context, "cert.generate", request), sampleCertificate);
  await performOperation(context, "cert.generate", {});
  const asked = certificates.changes.map(({ what }) => what as GenerateRequest);
  assert.deepEqual(asked, [{ ...request, days: 90 }, {}]);
});

for (const [field, value, rule] of [
  ["key", "p521", "must be one of p256, p384, rsa2048, rsa3072, rsa4096"],
  ["days", 0, "must be a whole number from 1 to 825"],
  ["days", 826, "must be a whole number from 1 to 825"],
  ["names", "example.org", "must be a list of 100 names at most"],
  ["addresses", Array(101).fill("192.0.2.1"), "must be a list of 100 names at most"],
] as const) {
  test(`cert.generate refuses ${field} ${JSON.stringify(value).slice(0, 20)}`, async () => {
    const { context, certificates } = await createMemoryDispatch();
    const generate = () => performOperation(context, "cert.generate", { [field]: value });
    assert.equal((await assertRefusal(generate, "input_invalid")).facts.violations[0]?.rule, rule);
    assert.deepEqual(certificates.changes, []);
  });
}

test("cert.remove and cert.restore carry who does it and what they had seen", async () => {
  const { context, certificates } = await createMemoryDispatch();
  const change = { actor: commandLineActor, seen: "AA:BB" };
  assert.deepEqual(await performOperation(context, "cert.remove", { seen: "AA:BB" }), sampleCertificate);
  assert.deepEqual(await performOperation(context, "cert.restore", { id: "crt_1", seen: "AA:BB" }), sampleCertificate);
  assert.deepEqual(certificates.changes, [
    { act: "remove", what: null, change },
    { act: "restore", what: "crt_1", change },
  ]);
});

test("cert.restore refuses an id that there is none of", async () => {
  const { context } = await createMemoryDispatch();
  const restore = () => performOperation(context, "cert.restore", { id: "crt_9" });
  await assertRefusal(restore, "certificate_record_unknown");
});

test("cert.history lists earlier certificates with their times, and no file or password of theirs", async () => {
  const { context } = await createMemoryDispatch();
  const { installedAtMs, replacedAtMs, ...rest } = sampleEarlier;
  assert.deepEqual(await performOperation(context, "cert.history", {}), [
    { ...rest, installedAt: "2026-01-02T00:00:00.000Z", replacedAt: "2026-11-01T00:00:00.000Z" },
  ]);
});

test("cert.export gives the chain as PEM, and the leaf alone as DER", async () => {
  const { context, certificates } = await createMemoryDispatch();
  const { certPem, facts } = certificates.keeper.current;
  const pem = (await performOperation(context, "cert.export", { format: "pem" })) as ExportedFile;
  assert.deepEqual([atob(pem.content), pem.fileName], [certPem, "dispatch.pem"]);
  const der = (await performOperation(context, "cert.export", { format: "der" })) as ExportedFile;
  const bytes = Uint8Array.from(atob(der.content), (character) => character.charCodeAt(0));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0"));
  assert.equal(hex.join(":").toUpperCase(), facts.fingerprintSha256);
  assert.equal(der.fileName, "dispatch.cer");
});

test("cert.export gives no private key but in a PFX under the passphrase that came with it", async () => {
  const { context } = await createMemoryDispatch();
  const request = { format: "pfx", passphrase: "correct horse" };
  const pfx = (await performOperation(context, "cert.export", request)) as ExportedFile;
  assert.deepEqual([atob(pfx.content), pfx.fileName], ["a PFX under correct horse", "dispatch.pfx"]);
  const short = () => performOperation(context, "cert.export", { format: "pfx", passphrase: "horse" });
  await assertRefusal(short, "passphrase_too_short");
  for (const refused of [{ format: "pfx" }, { format: "pem", passphrase: "correct horse" }, { format: "key" }, {}]) {
    await assertRefusal(() => performOperation(context, "cert.export", refused), "input_invalid");
  }
});
