import assert from "node:assert/strict";
import { test } from "node:test";
import { finding } from "../../../core/certificate/finding.ts";
import { maxMaterialBytes } from "../../../core/certificate/material.ts";
import { protectedBy, sampleEarlier } from "../../support/memory_certificates.ts";
import { sampleCertificate } from "../../support/memory_operation_context.ts";
import { OperatorHarness, problem } from "./operator_harness.ts";

const root = "/api/config/tls-cert";
const certFile = new File(["the certificate"], "fullchain.pem");
const keyFile = new File(["the key"], "privkey.pem");
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The files that the core was given last, name and content. */
function lastFiles({ dispatch }: OperatorHarness): [name: string, content: string][] {
  return dispatch.certificates.seen.at(-1)!.files.map(({ name, bytes }) => [name, text(bytes)]);
}

/** A form that is no more than a file of `bytes`. */
const largeForm = (bytes: number): [string, File][] => [["cert", new File([new Uint8Array(bytes)], "large.pem")]];

test("GET shows the certificate in service", async () => {
  const harness = await OperatorHarness.signedIn();
  assert.deepEqual(await (await harness.fetch(root)).json(), sampleCertificate);
});

test("POST check answers what the files come to, and changes nothing", async () => {
  const harness = await OperatorHarness.signedIn();
  const { certificates } = harness.dispatch;
  certificates.judge = () => [finding("chain_reordered", {})];
  const response = await harness.postForm(`${root}/check`, [
    ["cert", certFile],
    ["key", keyFile],
  ]);
  assert.equal(response.status, 200);
  const { ok, findings, identity } = (await response.json()) as Record<string, unknown>;
  assert.deepEqual([ok, findings], [true, [finding("chain_reordered", {})]]);
  assert.equal((identity as { subject: string }).subject, certificates.keeper.current.facts.subject);
  assert.deepEqual(certificates.changes, []);
});

test("POST check answers 200 with errors too", async () => {
  const harness = await OperatorHarness.signedIn();
  harness.dispatch.certificates.judge = protectedBy("sesame");
  const response = await harness.postForm(`${root}/check`, [["pfx", keyFile]]);
  assert.equal(response.status, 200);
  const { ok, findings } = (await response.json()) as { ok: boolean; findings: { code: string; file: string }[] };
  assert.deepEqual([ok, findings[0]?.code, findings[0]?.file], [false, "key_encrypted", "privkey.pem"]);
});

test("the fields of a form come in any order and number, by any of their names", async () => {
  const harness = await OperatorHarness.signedIn();
  const response = await harness.postForm(`${root}/check`, [
    ["seen", "AA:BB"],
    ["key", keyFile],
    ["passphrase", "sesame"],
    ["files", new File(["more"], "more.p7b")],
    ["cert", certFile],
    ["cert", new File(["again"], "fullchain.pem")],
    ["pfx", "a text in place of a file"],
    ["key", ""],
  ]);
  assert.equal(response.status, 200);
  assert.deepEqual(lastFiles(harness), [
    ["privkey.pem", "the key"],
    ["more.p7b", "more"],
    ["fullchain.pem", "the certificate"],
    ["fullchain.pem (2)", "again"],
    ["pfx", "a text in place of a file"],
  ]);
  assert.equal(harness.dispatch.certificates.seen.at(-1)!.passphrase, "sesame");
});

test("the field of a file that was not chosen is passed over, an empty file is not", async () => {
  const harness = await OperatorHarness.signedIn();
  // As browsers send it (HTML standard, "constructing the entry list"); FormData in programs differs.
  const part = (name: string) =>
    `--x\r\nContent-Disposition: form-data; name="key"; filename="${name}"\r\nContent-Type: text/plain\r\n\r\n\r\n`;
  const type = { "content-type": "multipart/form-data; boundary=x" };
  await harness.send("POST", `${root}/check`, `${part("")}${part("empty.pem")}--x--\r\n`, type);
  assert.deepEqual(lastFiles(harness), [["empty.pem", ""]]);
});

test("bytes of a file arrive as they are", async () => {
  const harness = await OperatorHarness.signedIn();
  const bytes = Uint8Array.from({ length: 1000 }, (_, index) => index % 256);
  await harness.postForm(`${root}/check`, [["pfx", new File([bytes], "binary.pfx")]]);
  assert.deepEqual(harness.dispatch.certificates.seen.at(-1)!.files[0]!.bytes, bytes);
});

for (const [given, passphrase] of [
  [undefined, null],
  ["", ""],
  [" größer ", " größer "],
] as const) {
  test(`the passphrase ${JSON.stringify(given)} arrives as ${JSON.stringify(passphrase)}`, async () => {
    const harness = await OperatorHarness.signedIn();
    const field: [string, string][] = given === undefined ? [] : [["passphrase", given]];
    await harness.postForm(`${root}/check`, [["pfx", certFile], ...field]);
    assert.equal(harness.dispatch.certificates.seen.at(-1)!.passphrase, passphrase);
  });
}

test("POST upload puts the certificate in service, and hands on who did so and what was seen", async () => {
  const harness = await OperatorHarness.signedIn();
  harness.dispatch.certificates.judge = () => [finding("chain_reordered", {})];
  const response = await harness.postForm(`${root}/upload`, [
    ["cert", certFile],
    ["key", keyFile],
    ["seen", "AA:BB"],
  ]);
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { ...sampleCertificate, findings: [finding("chain_reordered", {})] });
  const [change] = harness.dispatch.certificates.changes;
  assert.equal(change?.act, "upload");
  assert.deepEqual(change?.change, { actor: { kind: "admin_api", address: "10.0.0.7", name: null }, seen: "AA:BB" });
});

test("POST upload answers a refusal with all findings", async () => {
  const harness = await OperatorHarness.signedIn();
  const findings = [finding("no_certificate", { found: [] }), finding("chain_reordered", {})];
  harness.dispatch.certificates.judge = () => findings;
  const response = await harness.postForm(`${root}/upload`, [["cert", certFile]]);
  assert.equal(response.status, 422);
  const document = (await response.json()) as { code: string; findings: unknown };
  assert.deepEqual([document.code, document.findings], ["certificate_refused", findings]);
});

test("the token may come in the form", async () => {
  const harness = await OperatorHarness.signedIn();
  const { csrfToken } = harness;
  harness.csrfToken = null;
  const response = await harness.postForm(`${root}/upload`, [
    ["cert", certFile],
    ["csrf", csrfToken!],
  ]);
  assert.equal(response.status, 200);
  assert.deepEqual(lastFiles(harness), [["fullchain.pem", "the certificate"]]);
  const forged = await harness.postForm(`${root}/upload`, [["csrf", "x"]]);
  assert.deepEqual(await problem(forged), [403, "request_forged"]);
});

test("POST check finds a body too large before it is read", async () => {
  const harness = await OperatorHarness.signedIn();
  const response = await harness.postForm(`${root}/check`, largeForm(maxMaterialBytes + 65_536));
  assert.equal(response.status, 200);
  const { ok, findings, identity } = (await response.json()) as {
    ok: boolean;
    findings: { code: string; severity: string }[];
    identity: unknown;
  };
  assert.deepEqual([ok, identity], [false, null]);
  assert.deepEqual(
    findings.map(({ code, severity }) => [code, severity]),
    [["too_large", "error"]],
  );
  assert.deepEqual(harness.dispatch.certificates.seen, []);
});

test("POST upload refuses a body too large before it is read", async () => {
  const harness = await OperatorHarness.signedIn();
  const response = await harness.postForm(`${root}/upload`, largeForm(maxMaterialBytes + 65_536));
  assert.equal(response.status, 422);
  const { code, findings } = (await response.json()) as { code: string; findings: { code: string }[] };
  assert.deepEqual([code, findings.map((each) => each.code)], ["certificate_refused", ["too_large"]]);
});

test("a body that does not end is given up at the limit", async () => {
  const harness = await OperatorHarness.signedIn();
  let pulls = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulls++;
      controller.enqueue(new Uint8Array(65_536));
    },
  });
  const type = { "content-type": "multipart/form-data; boundary=x" };
  const response = await harness.send("POST", `${root}/check`, endless, type);
  assert.equal(((await response.json()) as { findings: { code: string }[] }).findings[0]?.code, "too_large");
  assert.ok(pulls <= 20, `${pulls} chunks were read`);
});

test("a file of the largest size is judged by the rules, not by the door", async () => {
  const harness = await OperatorHarness.signedIn();
  await harness.postForm(`${root}/check`, largeForm(maxMaterialBytes));
  assert.equal(harness.dispatch.certificates.seen.at(-1)!.files[0]!.bytes.length, maxMaterialBytes);
});

for (const [what, body, type, status, code] of [
  ["JSON", "{}", "application/json", 415, "media_type_unsupported"],
  ["no boundary", "x", "multipart/form-data", 400, "body_malformed"],
  [
    "a form that breaks off",
    "--x\r\nContent-Disposition: form-",
    "multipart/form-data; boundary=x",
    400,
    "body_malformed",
  ],
] as const) {
  for (const act of ["check", "upload"]) {
    test(`POST ${act} refuses ${what}`, async () => {
      const harness = await OperatorHarness.signedIn();
      const response = await harness.send("POST", `${root}/${act}`, body, { "content-type": type });
      assert.deepEqual(await problem(response), [status, code]);
    });
  }
}

for (const [what, fields, errors] of [
  ["a field that is not known", [["password", "secret"]], [{ path: "password", message: "is not a known field" }]],
  [
    "two passphrases",
    [
      ["passphrase", "secret"],
      ["passphrase", "secret"],
    ],
    [{ path: "passphrase", message: "is given more than once" }],
  ],
  ["a file for a passphrase", [["passphrase", keyFile]], [{ path: "passphrase", message: "must be a text" }]],
] as const) {
  test(`POST upload refuses ${what}`, async () => {
    const harness = await OperatorHarness.signedIn();
    const response = await harness.postForm(`${root}/upload`, [["cert", certFile], ...fields]);
    const document = (await response.json()) as { code: string; errors: unknown };
    assert.deepEqual([document.code, document.errors], ["request_invalid", errors]);
  });
}

for (const [what, fields] of [
  ["no file", [["passphrase", "a secret passphrase"]]],
  ["33 files", Array.from({ length: 33 }, () => ["files", new File(["a secret key"], "k.pem")] as const)],
  [
    "a passphrase beyond reason",
    [
      ["key", keyFile],
      ["passphrase", "secret".repeat(200)],
    ],
  ],
] as const) {
  test(`POST upload refuses ${what}, and repeats no secret`, async () => {
    const harness = await OperatorHarness.signedIn();
    const response = await harness.postForm(`${root}/upload`, fields);
    assert.equal(response.status, 422);
    const told = (await response.text()) + harness.failures.map(String).join();
    assert.match(told, /input_invalid/);
    for (const secret of ["secret", btoa("a secret key")]) assert.ok(!told.includes(secret), told);
  });
}

test("POST generate makes a certificate, with defaults for what is not said", async () => {
  const harness = await OperatorHarness.signedIn();
  assert.equal((await harness.post(`${root}/generate`, { names: ["a.example"], key: "p384", days: 30 })).status, 200);
  assert.equal((await harness.fetch(`${root}/generate`, { method: "POST" })).status, 200);
  assert.deepEqual(
    harness.dispatch.certificates.changes.map(({ act, what }) => [act, what]),
    [
      ["generate", { names: ["a.example"], key: "p384", days: 30 }],
      ["generate", {}],
    ],
  );
  assert.deepEqual(await problem(await harness.post(`${root}/generate`, { days: 826 })), [422, "input_invalid"]);
});

test("DELETE goes back to the automatic certificate", async () => {
  const harness = await OperatorHarness.signedIn();
  const response = await harness.fetch(`${root}?seen=AA%3ABB`, { method: "DELETE" });
  assert.deepEqual(await response.json(), sampleCertificate);
  const [change] = harness.dispatch.certificates.changes;
  assert.deepEqual([change?.act, change?.change.seen], ["remove", "AA:BB"]);
});

test("GET history lists the earlier certificates, and POST restore puts one back", async () => {
  const harness = await OperatorHarness.signedIn();
  const history = (await (await harness.fetch(`${root}/history`)).json()) as { id: string; replacedAt: string }[];
  assert.deepEqual(
    history.map(({ id, replacedAt }) => [id, replacedAt]),
    [[sampleEarlier.id, new Date(sampleEarlier.replacedAtMs).toISOString()]],
  );
  assert.equal((await harness.post(`${root}/restore`, { id: sampleEarlier.id })).status, 200);
  assert.deepEqual(harness.dispatch.certificates.changes[0]?.what, sampleEarlier.id);
  const unknown = await harness.post(`${root}/restore`, { id: "crt_none" });
  assert.deepEqual(await problem(unknown), [404, "certificate_record_unknown"]);
});

test("GET export gives the chain as PEM and the leaf as DER, to be saved", async () => {
  const harness = await OperatorHarness.signedIn();
  const { certPem } = harness.dispatch.certificates.keeper.current;
  const pem = await harness.fetch(`${root}/export?format=pem`);
  assert.equal(await pem.text(), certPem);
  assert.equal(pem.headers.get("content-disposition"), 'attachment; filename="dispatch.pem"');
  const der = await harness.fetch(`${root}/export?format=der`);
  assert.equal(der.headers.get("content-type"), "application/pkix-cert");
  const base64 = certPem.replaceAll(/-----[^-]+-----|\s/g, "");
  assert.equal(btoa(String.fromCharCode(...new Uint8Array(await der.arrayBuffer()))), base64);
});

test("POST export gives a PFX under a passphrase", async () => {
  const harness = await OperatorHarness.signedIn();
  const response = await harness.post(`${root}/export`, { format: "pfx", passphrase: "sesame open" });
  assert.equal(response.headers.get("content-disposition"), 'attachment; filename="dispatch.pfx"');
  assert.equal(await response.text(), "a PFX under sesame open");
  const short = await harness.post(`${root}/export`, { format: "pfx", passphrase: "sesame" });
  assert.deepEqual(await problem(short), [422, "passphrase_too_short"]);
});

test("GET export gives no PFX, whatever the URL says", async () => {
  const harness = await OperatorHarness.signedIn();
  for (const query of ["?format=pfx", "?format=pfx&passphrase=sesame+open"]) {
    const response = await harness.fetch(`${root}/export${query}`);
    assert.equal(response.headers.get("allow"), "POST");
    assert.deepEqual(await problem(response), [405, "method_not_allowed"]);
  }
  assert.equal(
    (await harness.fetch(`${root}/export`)).headers.get("content-type"),
    "application/pem-certificate-chain",
  );
});
