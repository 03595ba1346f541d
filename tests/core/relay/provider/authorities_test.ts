import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import { generateSelfSigned } from "../../../../core/certificate/mod.ts";
import { authoritiesCodec, showAuthorities } from "../../../../core/relay/provider/authorities.ts";

const codec = authoritiesCodec();
const [first, second] = await Promise.all(
  ["one.example", "two.example"].map((name) =>
    generateSelfSigned(crypto, { dnsNames: [name], ipAddresses: [], nowMs: Date.now() }),
  ),
);
const pems = [first!.certPem, second!.certPem] as const;

function ruleOf(text: string): string {
  const read = codec.fromText(text);
  assert.ok("rule" in read, "it is taken");
  return read.rule;
}

test("authoritiesCodec takes one certificate and more, whatever stands around them", () => {
  const bagged = `\ufeffBag Attributes\r\n${pems[0].replaceAll("\n", "\r\n")}subject=x\r\n${pems[1]}`;
  assert.deepEqual(codec.fromText(pems[0]), { value: pems[0] });
  assert.deepEqual(codec.fromText(bagged), { value: pems.join("") });
  assert.deepEqual(codec.fromJson(pems.join("")), { value: pems.join("") });
});

test("authoritiesCodec keeps a certificate that stands there twice once", () => {
  assert.deepEqual(codec.fromText(pems[0] + pems[1] + pems[0]), { value: pems.join("") });
});

test("authoritiesCodec reads again what it writes", () => {
  assert.deepEqual(codec.fromText(codec.toText(pems.join(""))), { value: pems.join("") });
});

test("authoritiesCodec takes no file without a certificate, and none with a private key", () => {
  for (const text of [
    "",
    "hello",
    "-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n",
    pems[0] + first!.keyPem,
  ]) {
    assert.equal(ruleOf(text), codec.rule);
  }
});

test("authoritiesCodec says which certificate is damaged, and where", () => {
  const lines = pems[1].split("\n");
  const cut = [...lines.slice(0, 3), ...lines.slice(4)].join("\n");
  assert.match(ruleOf(pems[0] + cut), /^must be a PEM file .*\. The 2nd certificate at line \d+ is damaged: .+\.$/);
  assert.match(ruleOf("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"), /1st certificate at line 1/);
  assert.match(ruleOf(pems[0].replace(/-----END.*/, "")), /its line -----END CERTIFICATE----- is missing/);
});

test("authoritiesCodec bounds the text and the number of certificates", () => {
  assert.equal(ruleOf(pems[0] + "x".repeat(65_536)), codec.rule);
  assert.ok("rule" in codec.fromJson(3));
});

test("showAuthorities tells subject and fingerprint of each", () => {
  const fingerprint = (pem: string) => new X509Certificate(pem).fingerprint256.replaceAll(":", "").toLowerCase();
  const shown = pems.map((pem, index) => `CN=${["one", "two"][index]}.example (SHA-256 ${fingerprint(pem)})`);
  assert.equal(showAuthorities(pems.join("")), shown.join("; "));
});
