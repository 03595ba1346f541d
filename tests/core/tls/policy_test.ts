import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { generateSelfSigned, type TlsIdentity } from "../../../core/certificate/mod.ts";
import { tlsPolicy } from "../../../core/tls/policy.ts";

describe("tlsPolicy", () => {
  let identity: TlsIdentity;
  before(async () => {
    identity = await generateSelfSigned(crypto, { dnsNames: ["a.example"], ipAddresses: [], nowMs: 0 });
  });

  test("gives a listener the chain and key of the identity and the settings", () => {
    const policy = tlsPolicy(identity, { minVersion: "TLSv1.3", alpn: ["http/1.1"] });
    assert.equal(policy.certPem, identity.certPem);
    assert.equal(policy.keyPem, identity.keyPem);
    assert.equal(policy.minVersion, "TLSv1.3");
    assert.deepEqual(policy.alpn, ["http/1.1"]);
  });

  test("refuses a floor below TLS 1.2", () => {
    for (const minVersion of ["TLSv1.1", "TLSv1", "SSLv3", ""]) {
      assert.throws(() => tlsPolicy(identity, { minVersion: minVersion as "TLSv1.2", alpn: [] }), RangeError);
    }
  });

  test("names only cipher suites with AEAD and forward secrecy", () => {
    const { ciphers } = tlsPolicy(identity, { minVersion: "TLSv1.2", alpn: [] });
    for (const suite of ciphers.split(":")) assert.match(suite, /^ECDHE-(ECDSA|RSA)-.*(GCM|POLY1305)/);
  });

  test("names no key exchange group", () => {
    const policy = tlsPolicy(identity, { minVersion: "TLSv1.2", alpn: [] });
    assert.deepEqual(Object.keys(policy).sort(), ["alpn", "certPem", "ciphers", "keyPem", "minVersion"]);
  });
});
