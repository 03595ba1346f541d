/** Files with 600,000 iterations of the derivation that WebCrypto lacks. No provider has a part in it, so one is enough. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { unpackPfx } from "../../../core/certificate/mod.ts";
import { readMaterial } from "../../../core/certificate/read_material.ts";
import material from "../../fixtures/certificate/material.json" with { type: "json" };
import tools from "../../fixtures/certificate/tools.json" with { type: "json" };
import { ciphersOf, fromBase64, given } from "./given.ts";

/** The runtime's own WebCrypto, and how often it was asked for a key. */
function countDerivations(): { readonly crypto: Crypto; readonly count: () => number } {
  let count = 0;
  const subtle = new Proxy(crypto.subtle, {
    get: (own, method: keyof SubtleCrypto) => {
      if (method === "deriveBits") count += 1;
      return own[method].bind(own);
    },
  });
  const getRandomValues = crypto.getRandomValues.bind(crypto);
  return { crypto: { subtle, getRandomValues } as Crypto, count: () => count };
}

/** GnuTLS encrypts each certificate apart. */
for (const [variant, derivations] of [
  ["gnutls", 3],
  ["nss", 2],
] as const) {
  test(`unpackPfx opens a file with 600,000 iterations, and derives no key twice: ${variant}.pfx`, async () => {
    const counted = countDerivations();
    const { facts } = await unpackPfx(counted.crypto, fromBase64(tools.pfx[variant]), tools.password);
    assert.equal(facts.subject, "O=Fixture, CN=mail.example.org");
    assert.equal(facts.chain.length, 2);
    assert.equal(counted.count(), derivations);
  });
}

test("readMaterial opens a PFX of GnuTLS without a password, in the form of zero bytes", async () => {
  const files = given([fromBase64(material.base64["null.pfx"])], null);
  const { findings, certificates, keys } = await readMaterial(files, ciphersOf(crypto));
  assert.deepEqual([findings, certificates.length, keys.length], [[], 1, 1]);
});
