/** The runtime's own TLS library is asked before a certificate is put in service. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { generateSelfSigned, TlsIdentity } from "../../core/certificate/mod.ts";
import { tryServing } from "../../runtime-node/try_serving.ts";

const options = { dnsNames: ["mail.example.org"], ipAddresses: [], nowMs: Date.now() };

test("tryServing loads what a listener can serve", async () => {
  assert.equal(tryServing(await generateSelfSigned(crypto, options)), null);
  assert.equal(tryServing(await generateSelfSigned(crypto, { ...options, key: "rsa2048" })), null);
});

test("tryServing says why the library refuses an identity", async () => {
  const identity = await generateSelfSigned(crypto, options);
  const other = await generateSelfSigned(crypto, options);
  // An identity that no check would make, so that only the library is left to refuse it.
  const broken: TlsIdentity = Object.create(TlsIdentity.prototype, {
    certPem: { value: identity.certPem },
    keyPem: { value: other.keyPem },
  });
  assert.match(tryServing(broken) ?? "", /mismatch/i);
});
