/** Files with 600,000 iterations of the derivation that WebCrypto lacks. No provider has a part in it, so one is enough. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { unpackPfx } from "../../../core/certificate/mod.ts";
import { readMaterial } from "../../../core/certificate/read_material.ts";
import material from "../../fixtures/certificate/material.json" with { type: "json" };
import tools from "../../fixtures/certificate/tools.json" with { type: "json" };
import { ciphersOf, fromBase64, given } from "./given.ts";

for (const variant of ["gnutls", "nss"] as const) {
  test(`unpackPfx opens a file with 600,000 iterations: ${variant}.pfx`, async () => {
    const { facts } = await unpackPfx(crypto, fromBase64(tools.pfx[variant]), tools.password);
    assert.equal(facts.subject, "O=Fixture, CN=mail.example.org");
    assert.equal(facts.chain.length, 2);
  });
}

test("readMaterial opens a PFX of GnuTLS without a password, in the form of zero bytes", async () => {
  const files = given([fromBase64(material.base64["null.pfx"])], null);
  const { findings, certificates, keys } = await readMaterial(files, ciphersOf(crypto));
  assert.deepEqual([findings, certificates.length, keys.length], [[], 1, 1]);
});
