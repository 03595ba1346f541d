import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import {
  generateSelfSigned,
  packPfx,
  randomPassword,
  TlsIdentity,
  unpackPfx,
} from "../../../../core/certificate/mod.ts";
import openssl from "../../../fixtures/certificate/openssl.json" with { type: "json" };
import tools from "../../../fixtures/certificate/tools.json" with { type: "json" };
import type { Provider } from "../providers.ts";
import { refusal } from "../refusal.ts";

const WRONG_PASSWORD = refusal("pfx_password_wrong", {});
const unreadable = (reason: string) => refusal("pfx_unreadable", { reason });

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

export function pfxSuite({ name, crypto }: Provider): void {
  describe(`unpackPfx on ${name}`, () => {
    const open = (base64: string, password = openssl.password) => unpackPfx(crypto, decode(base64), password);

    for (const variant of ["default", "aes128", "plain"] as const) {
      test(`opens what OpenSSL wrote: ${variant}.pfx`, async () => {
        const identity = await open(openssl.pfx[variant]);
        assert.equal(identity.certPem, openssl.leaf.chainPem);
        assert.equal(identity.keyPem, openssl.leaf.keyPem);
      });
    }

    test("opens an RSA identity under a MAC of HMAC-SHA-1", async () => {
      const identity = await open(openssl.pfx.rsa);
      assert.equal(identity.certPem, openssl.rsa.certPem);
      assert.equal(identity.keyPem, openssl.rsa.keyPem);
    });

    test("opens what Java's keytool wrote, which puts the key first and 10,000 iterations", async () => {
      const identity = await open(tools.pfx.java, tools.password);
      assert.equal(identity.facts.subject, "O=Fixture, CN=mail.example.org");
      assert.equal(identity.facts.chain.length, 2);
    });

    test("refuses a wrong password before anything is decrypted", async () => {
      for (const variant of ["default", "aes128", "plain", "rsa"] as const) {
        await assert.rejects(open(openssl.pfx[variant], "wrong"), WRONG_PASSWORD);
        await assert.rejects(open(openssl.pfx[variant], ""), WRONG_PASSWORD);
      }
    });

    test("refuses a file whose contents were changed", async () => {
      const bytes = decode(openssl.pfx.plain);
      bytes[600] = bytes[600]! ^ 1;
      await assert.rejects(unpackPfx(crypto, bytes, openssl.password), WRONG_PASSWORD);
    });

    test("refuses the RC2 encryption of old tools, naming it", async () => {
      // pbeWithSHAAnd40BitRC2-CBC (RFC 7292 appendix C).
      await assert.rejects(
        open(openssl.pfx.legacy),
        unreadable("it is protected with RC2 with a key of 40 bits (PBE-SHA1-RC2-40)"),
      );
    });

    test("refuses a file without a MAC", async () => {
      await assert.rejects(open(openssl.pfx.nomac), unreadable("it has no MAC"));
    });

    test("refuses a file without a private key", async () => {
      await assert.rejects(open(openssl.pfx.nokey), unreadable("it holds no private key"));
    });

    test("refuses what is no PFX, one that was cut off, and one that is too large", async () => {
      const damaged = (reason: string) => unreadable(`it is damaged, or not a PFX at all: ${reason}`);
      const misfit = damaged("the parts of its ASN.1 do not fit into each other");
      await assert.rejects(unpackPfx(crypto, new Uint8Array(0), "a"), misfit);
      await assert.rejects(unpackPfx(crypto, new TextEncoder().encode(openssl.leaf.chainPem), "a"), misfit);
      const cut = decode(openssl.pfx.default).subarray(0, 1000);
      await assert.rejects(unpackPfx(crypto, cut, openssl.password), damaged("it ends after 1000 of 1753 bytes"));
      const large = new Uint8Array(1_048_577);
      await assert.rejects(unpackPfx(crypto, large, "a"), unreadable("it is larger than 1048576 bytes"));
    });
  });

  describe(`packPfx on ${name}`, () => {
    let chain: TlsIdentity;
    before(async () => {
      chain = await TlsIdentity.fromPem(crypto, openssl.leaf.chainPem, openssl.leaf.keyPem);
    });

    test("keeps the key and the whole chain in its order", async () => {
      const password = randomPassword(crypto);
      const unpacked = await unpackPfx(crypto, await packPfx(crypto, chain, password), password);
      assert.equal(unpacked.certPem, chain.certPem);
      assert.equal(unpacked.keyPem, chain.keyPem);
      assert.deepEqual(unpacked.facts, chain.facts);
    });

    test("keeps an identity of each kind of key", async () => {
      for (const key of ["p256", "p384", "rsa2048"] as const) {
        const identity = await generateSelfSigned(crypto, { dnsNames: ["a"], ipAddresses: [], key, nowMs: 0 });
        const unpacked = await unpackPfx(crypto, await packPfx(crypto, identity, "p"), "p");
        assert.deepEqual([unpacked.certPem, unpacked.keyPem], [identity.certPem, identity.keyPem]);
      }
    });

    test("shows neither the names nor the key to those without the password", async () => {
      const text = new TextDecoder("latin1").decode(await packPfx(crypto, chain, "p"));
      assert.equal(text.includes("Fixture"), false);
      await assert.rejects(unpackPfx(crypto, await packPfx(crypto, chain, "p"), "q"), WRONG_PASSWORD);
    });

    test("never writes the same bytes twice", async () => {
      assert.notDeepEqual(await packPfx(crypto, chain, "p"), await packPfx(crypto, chain, "p"));
    });
  });

  test(`randomPassword on ${name} returns 256 bits as base64url, never the same`, () => {
    assert.match(randomPassword(crypto), /^[A-Za-z0-9_-]{43}$/);
    assert.notEqual(randomPassword(crypto), randomPassword(crypto));
  });
}
