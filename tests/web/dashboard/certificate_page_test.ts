/** The page of the shared certificate, as somebody meets it whose browser runs no script. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Finding, finding } from "../../../core/certificate/finding.ts";
import type { Material } from "../../../core/certificate/material.ts";
import { DispatchError } from "../../../core/error/mod.ts";
import { sampleServed } from "../../support/health_sample.ts";
import { protectedBy } from "../../support/memory_certificates.ts";
import { sampleCertificate } from "../../support/memory_operation_context.ts";
import { address, Browser, textOf } from "./browser.ts";

const page = "/settings/connections/tls";
const change = { actor: { kind: "dashboard", address, name: null }, seen: "AA:BB" };

function file(name: string, text = `content of ${name}`): File {
  return new File([text], name);
}

async function upload(browser: Browser, files: readonly File[], act = "upload", passphrase = ""): Promise<Response> {
  const form = new FormData();
  for (const name of ["csrf", "seen"]) form.append(name, await hiddenField(browser, name));
  for (const each of files) form.append("files", each);
  form.append("passphrase", passphrase);
  return browser.post(`${page}/${act}`, form);
}

async function hiddenField(browser: Browser, name: string): Promise<string> {
  const text = await (await browser.get(page)).text();
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(text)![1]!;
}

test("the page shows what is in service, who serves it, and the dashboard's own certificate apart", async () => {
  const browser = await Browser.signedIn();
  const response = await browser.get(page);
  const text = textOf(await response.text());
  assert.equal(response.status, 200);
  assert.match(
    text,
    /In service Attention In service, 396 days left, with something to look at\. A name is missing\. Add it\./,
  );
  assert.match(text, /Source automatic, signed by itself/);
  assert.match(text, /Names relay\.example\.org localhost 127\.0\.0\.1 Key ECDSA P-256/);
  assert.match(text, /SMTP with STARTTLS on port 25 Shows this certificate asked 2026-11-22 10:59 UTC/);
  assert.match(text, /This dashboard's own certificate .*CC:DD.*DISPATCH_DASHBOARD_CERT/);
});

test("a listener that shows another certificate is named with its fingerprint, one that shows none with the reason", async () => {
  const browser = await Browser.signedIn();
  const served = [
    { ...sampleServed, current: false, fingerprintSha256: "EE:FF" },
    { ...sampleServed, listener: "https", port: 8026, current: false, fingerprintSha256: null, reason: "it timed out" },
  ];
  browser.dispatch.context.certificate = async () => ({ ...sampleCertificate, served });
  const text = textOf(await (await browser.get(page)).text());
  assert.match(text, /Problem smtp on port 25 still shows another certificate\./);
  assert.match(text, /on port 25 Shows another one EE:FF/);
  assert.match(text, /HTTPS API on port 8026 Not known it timed out/);
});

test("the chain is drawn up to what is not sent: the root, or the issuer of a certificate alone", async () => {
  const browser = await Browser.signedIn();
  const link = (subject: string, issuer: string) => ({ ...sampleCertificate.identity, subject, issuer });
  const leaf = link("CN=leaf", "O=Example, CN=middle");
  const drawn = async (chain: readonly ReturnType<typeof link>[]) => {
    const identity = { ...leaf, chain, isSelfSigned: false };
    browser.dispatch.context.certificate = async () => ({ ...sampleCertificate, identity });
    return textOf(await (await browser.get(page)).text());
  };
  const whole = await drawn([leaf, link("O=Example, CN=middle", "CN=root")]);
  assert.match(
    whole,
    /This server leaf signed by middle .*Intermediate, sent along middle signed by root .*Root, not sent root/,
  );
  assert.match(
    await drawn([leaf]),
    /This server leaf signed by middle \S+ to \S+ Issuer, not sent middle Clients must have/,
  );
});

test("an upload puts all its files in service, and says so on the page", async () => {
  const browser = await Browser.signedIn();
  const response = await upload(browser, [file("fullchain.pem"), file("privkey.pem")]);
  assert.deepEqual([response.status, response.headers.get("location")], [303, `${page}?done=upload`]);
  const { changes } = browser.dispatch.certificates;
  const [{ act, what, change: asked }] = changes as [(typeof changes)[0]];
  const { files, passphrase } = what as Material;
  assert.deepEqual([act, asked, passphrase], ["upload", change, null]);
  const contents = files.map(({ name, bytes }) => `${name}: ${new TextDecoder().decode(bytes)}`);
  assert.deepEqual(contents, ["fullchain.pem: content of fullchain.pem", "privkey.pem: content of privkey.pem"]);
  assert.doesNotMatch(
    await (await browser.get(`${page}?done=upload`)).text(),
    /The uploaded certificate is in service/,
  );
  browser.dispatch.context.certificate = async () => ({ ...sampleCertificate, source: "uploaded" });
  const done = textOf(await (await browser.get(`${page}?done=upload`)).text());
  assert.match(done, /The uploaded certificate is in service\. Proven by connecting: smtp on port 25\./);
});

test("a refused upload shows each finding beside its file, opens the passphrase, and repeats no content", async () => {
  const browser = await Browser.signedIn();
  browser.dispatch.certificates.judge = (): readonly Finding[] => [
    finding("key_encrypted", { what: "The private key" }, "privkey.pem"),
    finding("chain_incomplete", { issuer: "CN=Middle" }),
  ];
  const response = await upload(browser, [file("fullchain.pem"), file("privkey.pem")], "upload", "open sesame");
  const text = await response.text();
  assert.equal(response.status, 422);
  assert.match(
    textOf(text),
    /fullchain\.pem read privkey\.pem Error The private key is protected by a passphrase\. Give the/,
  );
  assert.match(textOf(text), /Note The certificate of the issuer CN=Middle is missing from the chain\./);
  assert.match(text, /<details class="passphrase" open>/);
  assert.doesNotMatch(text, /content of|open sesame/);
  assert.deepEqual(browser.dispatch.certificates.changes, []);
});

test("Only check changes nothing, and says what the files come to", async () => {
  const browser = await Browser.signedIn();
  browser.dispatch.certificates.judge = protectedBy("open sesame");
  const refused = await upload(browser, [file("a.pfx")], "check");
  assert.equal(refused.status, 200);
  assert.match(textOf(await refused.text()), /Not yet One thing is in the way\. .*is protected by a passphrase/);
  const accepted = await upload(browser, [file("a.pfx")], "check", "open sesame");
  assert.match(
    textOf(await accepted.text()),
    /Ready The files are complete and can be put in service\. .*a\.pfx read Names/,
  );
  assert.deepEqual(browser.dispatch.certificates.changes, []);
});

test("the script is answered with the result alone", async () => {
  const browser = await Browser.signedIn();
  const response = await upload(browser, [file("<b>.pem")], "check?part=result");
  const text = await response.text();
  assert.match(text, /^<div class="check" data-ok="true" data-passphrase="false">/);
  assert.doesNotMatch(text, /<html|<b>/);
});

test("two files of one name are told apart", async () => {
  const browser = await Browser.signedIn();
  const response = await upload(browser, [file("cert.pem"), file("cert.pem")], "check");
  assert.match(textOf(await response.text()), /cert\.pem read cert\.pem \(2\) read/);
});

test("an upload without a file is told what is missing", async () => {
  const browser = await Browser.signedIn();
  for (const act of ["check", "upload"]) {
    const response = await upload(browser, [file("", "")], act);
    assert.match(
      textOf(await response.text()),
      /There is no certificate in what was given\. .*There is no private key in what was given\./,
    );
  }
});

test("files that are too large together are refused with the reason", async () => {
  const browser = await Browser.signedIn();
  const response = await upload(browser, [file("large.pem", "x".repeat(1_200_000))]);
  assert.equal(response.status, 413);
  assert.match(textOf(await response.text()), /\d+ bytes or more; 1114112 are read at most/);
});

test("Generate asks for what the fields say; a line each is a name or an address", async () => {
  const browser = await Browser.signedIn();
  const fields = { names: "relay.example.org\r\n\r\n 192.0.2.1 \r\n", key: "rsa2048", days: "90" };
  const response = await browser.submit(page, `${page}/generate`, fields);
  assert.equal(response.headers.get("location"), `${page}?done=generate`);
  const what = { names: ["relay.example.org", "192.0.2.1"], key: "rsa2048", days: 90 };
  assert.deepEqual(browser.dispatch.certificates.changes, [{ act: "generate", what, change }]);
});

test("Generate offers the names in service, and without a name leaves the choice to Dispatch", async () => {
  const browser = await Browser.signedIn();
  const text = await (await browser.get(page)).text();
  assert.match(text, />\s*relay\.example\.org\nlocalhost\n127\.0\.0\.1<\/textarea/);
  await browser.submit(page, `${page}/generate`, { names: " \r\n", key: "p256", days: "397" });
  assert.deepEqual(browser.dispatch.certificates.changes[0]?.what, { key: "p256", days: 397 });
});

test("Generate keeps what was typed when it is refused", async () => {
  const browser = await Browser.signedIn();
  const response = await browser.submit(page, `${page}/generate`, {
    names: "my.example.org",
    key: "p384",
    days: "9999",
  });
  const text = await response.text();
  assert.equal(response.status, 422);
  assert.match(textOf(text), /days must be a whole number from 1 to 825/);
  assert.match(text, /my\.example\.org<\/textarea/);
  assert.match(text, /value="p384" selected/);
  assert.match(text, /value="9999"/);
});

test("Put back restores the certificate beside it", async () => {
  const browser = await Browser.signedIn();
  const text = textOf(await (await browser.get(page)).text());
  assert.match(
    text,
    /old\.example\.org uploaded, until 2026-12-01 Put in service 2026-01-02 00:00 UTC by the dashboard from 10\.0\.0\.5\. Replaced 2026-11-01 00:00 UTC by the command line/,
  );
  const response = await browser.submit(page, `${page}/restore`);
  assert.equal(response.headers.get("location"), `${page}?done=restore`);
  assert.deepEqual(browser.dispatch.certificates.changes, [{ act: "restore", what: "crt_1", change }]);
});

test("Put back of a certificate that is gone says so", async () => {
  const browser = await Browser.signedIn();
  const form = { csrf: await hiddenField(browser, "csrf"), id: "crt_9" };
  const response = await browser.post(`${page}/restore`, form);
  assert.equal(response.status, 404);
  assert.match(textOf(await response.text()), /There is no earlier certificate "crt_9"\./);
});

test("Remove is offered once there is something to remove, and asks for confirmation", async () => {
  const browser = await Browser.signedIn();
  assert.doesNotMatch(await (await browser.get(page)).text(), /id="remove"/);
  browser.dispatch.context.certificate = async () => ({ ...sampleCertificate, source: "uploaded" });
  assert.match(
    textOf(await (await browser.get(page)).text()),
    /Remove this certificate… .*Yes, go back to the automatic certificate/,
  );
  await browser.submit(page, `${page}/remove`);
  assert.deepEqual(browser.dispatch.certificates.changes, [{ act: "remove", what: null, change }]);
});

test("a change that comes too late is told by whom, and the page shows the certificate that is in service now", async () => {
  const browser = await Browser.signedIn();
  browser.dispatch.certificates.generate = () => {
    const identity = { ...sampleCertificate.identity, fingerprintSha256: "99:99" };
    browser.dispatch.context.certificate = async () => ({ ...sampleCertificate, identity });
    throw new DispatchError("certificate_changed", { by: "the command line", fingerprintSha256: "99:99" });
  };
  const response = await browser.submit(page, `${page}/generate`, { names: "a.example.org", key: "p256", days: "90" });
  const text = await response.text();
  assert.equal(response.status, 409);
  assert.match(
    textOf(text),
    /Another certificate was put in service meanwhile, by the command line\. Nothing was changed\./,
  );
  assert.match(text, /name="seen" value="99:99"/);
});

test("the certificate is downloaded as PEM and DER, and as a PFX under a passphrase", async () => {
  const browser = await Browser.signedIn();
  const { certPem } = browser.dispatch.certificates.keeper.current;
  const pem = await browser.get(`${page}/dispatch.pem`);
  assert.equal(await pem.text(), certPem);
  assert.equal(pem.headers.get("content-disposition"), 'attachment; filename="dispatch.pem"');
  const der = Buffer.from(await (await browser.get(`${page}/dispatch.cer`)).arrayBuffer());
  assert.ok(certPem.replaceAll("\n", "").includes(der.toString("base64")));
  const pfx = await browser.submit(page, `${page}/dispatch.pfx`, { passphrase: "long enough" });
  assert.equal(await pfx.text(), "a PFX under long enough");
  assert.equal(pfx.headers.get("content-type"), "application/x-pkcs12");
});

test("a PFX under a short passphrase is refused on the page", async () => {
  const browser = await Browser.signedIn();
  const response = await browser.submit(page, `${page}/dispatch.pfx`, { passphrase: "short" });
  assert.equal(response.status, 422);
  assert.match(textOf(await response.text()), /A passphrase for an exported key has at least 8 characters\./);
});

test("the answer of a form, loaded again, leads to the page", async () => {
  const browser = await Browser.signedIn();
  for (const name of ["check", "upload", "generate", "restore", "remove", "dispatch.pfx"]) {
    const response = await browser.get(`${page}/${name}`);
    assert.deepEqual([response.status, response.headers.get("location")], [303, page], name);
  }
});
