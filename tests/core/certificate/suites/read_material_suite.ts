import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { MaterialParts } from "../../../../core/certificate/material.ts";
import { TlsIdentity } from "../../../../core/certificate/mod.ts";
import { readMaterial } from "../../../../core/certificate/read_material.ts";
import material from "../../../fixtures/certificate/material.json" with { type: "json" };
import openssl from "../../../fixtures/certificate/openssl.json" with { type: "json" };
import { type Contents, ciphersOf, fromBase64, given } from "../given.ts";
import type { Provider } from "../providers.ts";

const { leaf, rsa, password } = openssl;
const greeting = "Grüße, Żółw";

/** Encrypted keys in PEM that the password opens, each with the certificate that belongs to it. */
const encryptedKeys: Readonly<Record<string, string>> = {
  "PKCS#8 under AES": leaf.encryptedKeyPem,
  "PKCS#8 under triple DES": material.pem["pkcs8_des3.key"],
  "PKCS#8 under AES-192 with HMAC-SHA-224": material.pem["pkcs8_sha224.key"],
  "PKCS#8 under scrypt": material.pem["pkcs8_scrypt.key"],
  "PKCS#8 under PBE-SHA1-3DES": material.pem["pkcs8_pkcs12.key"],
  "PKCS#8 under PBE-MD5-DES": material.pem["pkcs8_md5.key"],
  "traditional PEM under AES-256": leaf.traditionalEncryptedKeyPem,
  "traditional PEM under AES-192": material.pem["traditional_aes192.key"],
  "traditional PEM under AES-128": material.pem["traditional_aes128.key"],
  "traditional PEM under triple DES": material.pem["traditional_des3.key"],
  "traditional PEM under DES": material.pem["traditional_des.key"],
};

const openedPfx: readonly (readonly [what: string, base64: string, passphrase: string | null])[] = [
  ["AES-256 as OpenSSL writes it", openssl.pfx.default, password],
  ["AES-128 with one iteration and HMAC-SHA-512", openssl.pfx.aes128, password],
  ["nothing, with a MAC", openssl.pfx.plain, password],
  ["AES without a MAC", openssl.pfx.nomac, password],
  ["triple DES with SHA-1, as Windows writes it", material.base64["triple.pfx"], password],
  ["triple DES with two keys", material.base64["two_key.pfx"], password],
  ["PBES2 with triple DES and HMAC-SHA-384", material.base64["des3.pfx"], password],
  ["a MAC of PBMAC1", material.base64["pbmac1.pfx"], password],
  ["nothing at all", material.base64["open.pfx"], null],
  ["an empty password", material.base64["empty.pfx"], null],
  ["an empty password that was typed", material.base64["empty.pfx"], ""],
  ["triple DES and an empty password", material.base64["triple_empty.pfx"], null],
  ["a password outside ASCII", material.base64["greeting.pfx"], greeting],
  ["triple DES and a password outside ASCII", material.base64["triple_greeting.pfx"], greeting],
  ["a password in Latin-1", material.base64["latin1.pfx"], "naïve café"],
];

const lockedPfx = [
  openssl.pfx.default,
  openssl.pfx.plain,
  openssl.pfx.nomac,
  material.base64["triple.pfx"],
  material.base64["pbmac1.pfx"],
];

/** `@peculiar/webcrypto` takes AES from the runtime, and Deno's has no keys of 192 bits. */
async function hasAes192({ subtle }: Crypto): Promise<boolean> {
  const key = await subtle.importKey("raw", new Uint8Array(24), "AES-CBC", false, ["encrypt"]);
  const encrypted = subtle.encrypt({ name: "AES-CBC", iv: new Uint8Array(16) }, key, new Uint8Array(1));
  return await encrypted.then(
    () => true,
    () => false,
  );
}

export function readMaterialSuite({ name, crypto }: Provider): void {
  const read = (contents: readonly Contents[], passphrase: string | null = null): Promise<MaterialParts> =>
    readMaterial(given(contents, passphrase), ciphersOf(crypto));

  const codesOf = ({ findings }: MaterialParts) => findings.map(({ code }) => code);

  /** Checks that the files hold the chain of the fixtures and its key, and nothing that is wrong. */
  async function holdsLeaf(parts: MaterialParts): Promise<void> {
    assert.deepEqual(codesOf(parts), []);
    assert.equal(parts.keys.length, 1);
    const chain = parts.certificates.map(({ der }) => der);
    assert.equal((await TlsIdentity.fromDer(crypto, chain, parts.keys[0]!.pkcs8Der)).certPem, leaf.chainPem);
  }

  describe(`readMaterial on ${name}`, () => {
    for (const [what, keyPem] of Object.entries(encryptedKeys)) {
      test(`opens a key: ${what}`, async (t) => {
        if (what.includes("AES-192") && !(await hasAes192(crypto))) return t.skip("the provider has no AES-192 here");
        await holdsLeaf(await read([leaf.chainPem, keyPem], password));
      });

      test(`asks for the passphrase of a key, and says that it is wrong: ${what}`, async () => {
        assert.deepEqual(codesOf(await read([keyPem])), ["key_encrypted"]);
        assert.deepEqual(codesOf(await read([keyPem], "wrong")), ["wrong_passphrase"]);
        assert.deepEqual(codesOf(await read([keyPem], "")), ["wrong_passphrase"]);
      });
    }

    test("opens an RSA key in traditional PEM", async () => {
      const parts = await read([material.pem["traditional_rsa.key"]], password);
      assert.deepEqual(codesOf(parts), []);
      await TlsIdentity.fromDer(
        crypto,
        (await read([rsa.certPem])).certificates.map(({ der }) => der),
        parts.keys[0]!.pkcs8Der,
      );
    });

    test("opens an encrypted key in DER", async () => {
      await holdsLeaf(await read([fromBase64(material.base64["pkcs8.der"]), leaf.chainPem], password));
    });

    for (const [what, base64, passphrase] of openedPfx) {
      test(`opens a PFX under ${what}`, async () => {
        await holdsLeaf(await read([fromBase64(base64)], passphrase));
      });
    }

    test("asks for the passphrase of a PFX, and says that it is wrong", async () => {
      for (const base64 of lockedPfx) {
        assert.deepEqual(codesOf(await read([fromBase64(base64)])), ["key_encrypted"]);
        assert.deepEqual(codesOf(await read([fromBase64(base64)], "wrong")), ["wrong_passphrase"]);
      }
    });
  });
}
