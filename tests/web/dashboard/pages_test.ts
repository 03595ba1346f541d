/** What all pages have in common: headers, assets, escaping, and what is said when something is wrong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CertificateShow } from "../../../core/operations/certificate_show.ts";
import { sampleCertificate } from "../../support/memory_operation_context.ts";
import { Browser, textOf } from "./browser.ts";

const tlsPage = "/settings/connections/tls";
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

test("every answer carries the security headers, and no page is kept in a cache", async () => {
  const visitor = await Browser.open();
  const browser = await Browser.signedIn();
  const answers = [
    await visitor.get("/"),
    await visitor.get("/setup"),
    await browser.get("/"),
    await browser.get("/account"),
    await browser.get(tlsPage),
    await browser.post(`${tlsPage}/remove`, {}),
    await browser.get("/nothing-is-here"),
    await visitor.get("/api/config"),
    await visitor.get("/health"),
  ];
  for (const { headers } of answers) {
    assert.equal(headers.get("content-security-policy"), policy);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("referrer-policy"), "same-origin");
    assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
    assert.equal(headers.get("cache-control"), "no-store");
    // The certificate signs itself: a browser that was told to insist on it could not be let in again.
    assert.equal(headers.get("strict-transport-security"), null);
  }
});

test("pages have no inline script, style or handler", async () => {
  const browser = await Browser.signedIn();
  for (const path of ["/", "/account", tlsPage]) {
    const page = await (await browser.get(path)).text();
    assert.doesNotMatch(page, /<style|\sstyle=|\son[a-z]+=|javascript:/i, path);
    assert.deepEqual(page.match(/<script[^>]*>[^<]*/g)?.length, 1);
    assert.match(page, /<script type="module" src="\/assets\/dashboard\.[0-9a-f]{12}\.js"><\/script>/);
  }
});

test("what pages load is served under a name of its content, for ever and to anybody", async () => {
  const browser = await Browser.open();
  const page = await (await browser.get("/setup")).text();
  const paths = Array.from(page.matchAll(/"(\/assets\/[^"]+)"/g), ([, path]) => path!);
  const types = { css: "text/css", js: "text/javascript", svg: "image/svg+xml" };
  assert.equal(paths.length, 3);
  for (const path of paths) {
    const response = await browser.get(path);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const digest = Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("hex");
    assert.equal(path.split(".")[1], digest.slice(0, 12));
    assert.equal(response.headers.get("cache-control"), "public, max-age=31536000, immutable");
    const ending = path.split(".")[2] as keyof typeof types;
    assert.equal(response.headers.get("content-type"), `${types[ending]}; charset=utf-8`);
  }
});

test("a certificate's names are shown as text, whatever stands in them", async () => {
  const browser = await Browser.signedIn();
  const hostile = `"><script>alert(1)</script><img src=x onerror='alert(2)'>`;
  const identity: CertificateShow["identity"] = {
    ...sampleCertificate.identity,
    subject: `CN=${hostile}`,
    issuer: `CN=${hostile}`,
    dnsNames: [hostile],
    ipAddresses: [hostile],
    serial: hostile,
  };
  const warnings = [{ code: "x", message: hostile, remedy: hostile }];
  const dashboard = { ...sampleCertificate.dashboard, problem: hostile, identity };
  browser.dispatch.context.certificate = async () => ({ ...sampleCertificate, identity, warnings, dashboard });
  for (const path of ["/", tlsPage]) {
    const page = await (await browser.get(path)).text();
    assert.doesNotMatch(page, /<script>|<img|onerror='/, path);
    assert.match(page, /&lt;script&gt;alert\(1\)/);
  }
});

test("the overview says how the service is, what listens, and how to send a first message", async () => {
  const browser = await Browser.signedIn();
  const text = textOf(await (await browser.get("/")).text());
  assert.match(text, /Attention Mail flows, but something wants to be looked at\. Port 25 is taken\./);
  assert.match(text, /Not open SMTP with STARTTLS on port 25 in use/);
  assert.match(text, /The spool does not answer\./);
  assert.match(text, /TLS certificate Attention In service, 396 days left, with something to look at\./);
  assert.match(text, /Upload your own certificate/);
});

test("the overview shows commands for the listeners that are open, with the name and the ports that are served", async () => {
  const browser = await Browser.signedIn();
  const health = await browser.dispatch.context.health();
  const listeners = [
    { listener: "smtp", port: 2525, bound: true },
    { listener: "https", port: 8026, bound: true },
  ];
  browser.dispatch.context.health = async () => ({ ...health, listeners });
  const text = textOf(await (await browser.get("/")).text());
  assert.match(text, /smtp:\/\/relay\.example\.org:2525/);
  assert.match(text, /https:\/\/relay\.example\.org:8026\/api\/v1\/messages/);
});

test("a failure inside is reported and not told", async () => {
  const browser = await Browser.signedIn();
  browser.dispatch.context.health = () => Promise.reject(new Error("EIO at /secret/path"));
  const response = await browser.get("/");
  assert.equal(response.status, 500);
  assert.doesNotMatch(await response.text(), /EIO|secret/);
  assert.equal((browser.failures.at(-1) as Error).message, "EIO at /secret/path");
});

test("/settings leads to the page that there is", async () => {
  const browser = await Browser.signedIn();
  for (const path of ["/settings", "/settings/connections"]) {
    assert.equal((await browser.get(path)).headers.get("location"), tlsPage);
  }
});
