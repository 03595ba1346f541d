import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TlsIdentity } from "../../../../core/certificate/mod.ts";
import { decodeCertificatesPem, decodePrivateKeyPem } from "../../../../core/certificate/pem.ts";
import openssl from "../../../fixtures/certificate/openssl.json" with { type: "json" };
import type { Provider } from "../providers.ts";
import { refusal } from "../refusal.ts";

const { leaf, rsa, ed25519 } = openssl;
const MISMATCH = refusal("certificate_key_mismatch", {});

export function identitySuite({ name, crypto }: Provider): void {
  const read = (certPem: string, keyPem: string) => TlsIdentity.fromPem(crypto, certPem, keyPem);

  describe(`TlsIdentity on ${name}`, () => {
    test("shows the facts that OpenSSL prints", async () => {
      const { facts } = await read(leaf.chainPem, leaf.keyPem);
      assert.equal(facts.serial, leaf.serial.toLowerCase());
      assert.equal(facts.fingerprintSha256, leaf.fingerprintSha256);
      assert.equal(Date.parse(facts.notBefore), Date.parse(leaf.notBefore));
      assert.equal(Date.parse(facts.notAfter), Date.parse(leaf.notAfter));
      assert.equal(facts.subject, "O=Fixture, CN=mail.example.org");
      assert.equal(facts.issuer, "CN=Fixture Intermediate");
      assert.deepEqual(facts.key, { type: "EC", curve: "P-256" });
    });

    test("shows names and addresses, and passes over names of other kinds", async () => {
      const { facts } = await read(leaf.chainPem, leaf.keyPem);
      assert.deepEqual(facts.dnsNames, ["mail.example.org", "*.example.org"]);
      assert.deepEqual(facts.ipAddresses, ["192.0.2.1", "2001:db8::1"]);
    });

    test("shows the whole chain, the leaf first", async () => {
      const { facts } = await read(leaf.chainPem, leaf.keyPem);
      assert.deepEqual(
        facts.chain.map(({ subject, issuer }) => [subject, issuer]),
        [
          ["O=Fixture, CN=mail.example.org", "CN=Fixture Intermediate"],
          ["CN=Fixture Intermediate", "CN=Fixture Root"],
        ],
      );
      assert.equal(facts.chain[0]?.fingerprintSha256, facts.fingerprintSha256);
    });

    test("keeps the chain and the PKCS#8 key as OpenSSL writes them", async () => {
      const identity = await read(leaf.chainPem, leaf.keyPem);
      assert.equal(identity.certPem, leaf.chainPem);
      assert.equal(identity.keyPem, leaf.keyPem);
    });

    test("reads SEC 1 and PKCS#1 keys", async () => {
      assert.equal((await read(leaf.chainPem, leaf.sec1KeyPem)).facts.serial, leaf.serial.toLowerCase());
      assert.deepEqual((await read(rsa.certPem, rsa.pkcs1KeyPem)).facts.key, { type: "RSA", size: 2048 });
    });

    test("reads files with CRLF and text around the blocks", async () => {
      const dress = (pem: string) => `Bag Attributes\r\n${pem.replaceAll("\n", "\r\n")}trailing`;
      const identity = await read(dress(leaf.chainPem), dress(leaf.keyPem));
      assert.equal(identity.certPem, leaf.chainPem);
    });

    test("refuses a key that is not the leaf's, of the same kind or of another", async () => {
      const [leafPem, middlePem] = leaf.chainPem.split(/(?<=-----END CERTIFICATE-----\n)/);
      await assert.rejects(read(middlePem! + leafPem!, leaf.keyPem), MISMATCH);
      await assert.rejects(read(rsa.certPem, leaf.keyPem), MISMATCH);
      await assert.rejects(read(leaf.chainPem, rsa.keyPem), MISMATCH);
      const other = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
      const otherDer = await crypto.subtle.exportKey("pkcs8", other.privateKey);
      const chain = decodeCertificatesPem(leaf.chainPem);
      await assert.rejects(TlsIdentity.fromDer(crypto, chain, otherDer), MISMATCH);
    });

    test("refuses keys that a passphrase protects, and says so", async () => {
      const reason = "its private key is protected by a passphrase";
      for (const keyPem of [leaf.encryptedKeyPem, leaf.traditionalEncryptedKeyPem]) {
        await assert.rejects(read(leaf.chainPem, keyPem), refusal("certificate_invalid", { reason }));
      }
    });

    test("refuses a missing key, a missing certificate, and what is none", async () => {
      const invalid = (reason: string) => refusal("certificate_invalid", { reason });
      await assert.rejects(read(leaf.chainPem, leaf.chainPem), invalid("no private key came with it"));
      await assert.rejects(read(leaf.keyPem, leaf.keyPem), invalid("there is none"));
      await assert.rejects(TlsIdentity.fromDer(crypto, [], new ArrayBuffer(0)), invalid("there is none"));
      const fake = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
      await assert.rejects(read(fake, leaf.keyPem), invalid("block 1 is not a certificate"));
      await assert.rejects(read(leaf.chainPem + fake, leaf.keyPem), invalid("block 3 is not a certificate"));
    });

    test("refuses a certificate whose subjectAltName is damaged", async () => {
      const der = new Uint8Array(decodeCertificatesPem(leaf.chainPem)[0]!);
      // The extension's identifier, 2.5.29.17, then its OCTET STRING with a SEQUENCE in it, which becomes an INTEGER.
      const index = der.findIndex((_, at) => [0x55, 0x1d, 0x11, 0x04].every((byte, ahead) => der[at + ahead] === byte));
      const sequence = index + (der[index + 4]! < 0x80 ? 5 : 6);
      assert.equal(der[sequence], 0x30);
      der[sequence] = 0x02;
      const keyDer = decodePrivateKeyPem(leaf.keyPem);
      const reason = "a field of it is damaged";
      await assert.rejects(
        TlsIdentity.fromDer(crypto, [der.buffer], keyDer),
        refusal("certificate_invalid", { reason }),
      );
    });

    test("refuses a kind of key that the listeners do not serve", async () => {
      const reason = "keys of the kind Ed25519 are not served";
      await assert.rejects(read(ed25519.certPem, ed25519.keyPem), refusal("certificate_invalid", { reason }));
    });

    test("does not show its key when it is printed as JSON", async () => {
      const identity = await read(leaf.chainPem, leaf.keyPem);
      assert.equal(JSON.stringify(identity).includes("PRIVATE KEY"), false);
      assert.equal(Object.keys(identity).includes("keyPem"), false);
    });
  });
}
