import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { daysLeft, generateSelfSigned, type KeyKind } from "../../../../core/certificate/mod.ts";
import {
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate,
} from "../../../../core/certificate/x509.ts";
import type { Provider } from "../providers.ts";

const NOW_MS = Date.UTC(2026, 6, 1, 12, 0, 0, 789);
const NAMES = { dnsNames: ["mail.example.org", "localhost"], ipAddresses: ["127.0.0.1", "2001:db8::1"] };

/** Object identifiers of RFC 5280 appendix A. */
const EXTENSIONS = {
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  extKeyUsage: "2.5.29.37",
};

export function generateSuite({ name, crypto }: Provider): void {
  const generate = (options: Partial<Parameters<typeof generateSelfSigned>[1]> = {}) =>
    generateSelfSigned(crypto, { ...NAMES, nowMs: NOW_MS, ...options });

  describe(`generateSelfSigned on ${name}`, () => {
    test("certifies the names and addresses it was given, under the first name", async () => {
      const { facts } = await generate();
      assert.deepEqual(facts.dnsNames, NAMES.dnsNames);
      assert.deepEqual(facts.ipAddresses, NAMES.ipAddresses);
      assert.equal(facts.subject, "CN=mail.example.org");
      assert.equal(facts.issuer, facts.subject);
    });

    test("is valid from a day ago, for 397 days, in whole seconds", async () => {
      const { facts } = await generate();
      assert.equal(facts.notBefore, "2026-06-30T12:00:00.000Z");
      assert.equal(facts.notAfter, "2027-08-02T12:00:00.000Z");
      assert.equal(daysLeft(facts, NOW_MS - 789), 397);
    });

    test("takes the days of validity that were asked for", async () => {
      assert.equal((await generate({ days: 825 })).facts.notAfter, "2028-10-03T12:00:00.000Z");
      assert.equal((await generate({ days: 1 })).facts.notAfter, "2026-07-02T12:00:00.000Z");
    });

    test("writes dates from 2050 on as RFC 5280 demands", async () => {
      const { facts } = await generate({ nowMs: Date.UTC(2049, 11, 31) });
      assert.equal(facts.notAfter, "2051-02-01T00:00:00.000Z");
    });

    const kinds: readonly [KeyKind | undefined, object][] = [
      [undefined, { type: "EC", curve: "P-256" }],
      ["p256", { type: "EC", curve: "P-256" }],
      ["p384", { type: "EC", curve: "P-384" }],
      ["rsa2048", { type: "RSA", size: 2048 }],
      ["rsa3072", { type: "RSA", size: 3072 }],
    ];
    for (const [kind, key] of kinds) {
      test(`makes a key of the kind ${kind ?? "that is the default"}, and signs with it`, async () => {
        const identity = await generate(kind === undefined ? {} : { key: kind });
        assert.deepEqual(identity.facts.key, key);
        assert.equal(await new X509Certificate(identity.certPem).verify({ signatureOnly: true }, crypto), true);
      });
    }

    test("gives each certificate a positive serial number of 16 bytes", async () => {
      const identities = await Promise.all(Array.from({ length: 20 }, () => generate()));
      const serials = identities.map(({ facts }) => facts.serial);
      for (const serial of serials) assert.match(serial, /^[4-7][0-9a-f]{31}$/);
      assert.equal(new Set(serials).size, 20);
    });

    test("has only the extensions that every client takes in a certificate that is its own issuer", async () => {
      const { extensions } = new X509Certificate((await generate()).certPem);
      const types = Array.from(extensions, ({ type }) => type);
      assert.deepEqual(types.sort(), Object.values(EXTENSIONS).sort());
    });

    test("lets an ECDSA key sign, and an RSA key encipher too, and marks that alone as critical", async () => {
      const { digitalSignature, keyEncipherment } = KeyUsageFlags;
      const kinds = { p256: digitalSignature, p384: digitalSignature, rsa2048: digitalSignature | keyEncipherment };
      for (const [key, usages] of Object.entries(kinds)) {
        const certificate = new X509Certificate((await generate({ key: key as KeyKind })).certPem);
        assert.equal(certificate.getExtension(KeyUsagesExtension)?.usages, usages);
        const critical = Array.from(certificate.extensions).filter((extension) => extension.critical);
        assert.deepEqual(
          critical.map(({ type }) => type),
          [EXTENSIONS.keyUsage],
        );
      }
    });

    test("is for servers alone", async () => {
      const certificate = new X509Certificate((await generate()).certPem);
      const usages = certificate.getExtension(ExtendedKeyUsageExtension)?.usages ?? [];
      assert.deepEqual(Array.from(usages), [ExtendedKeyUsage.serverAuth]);
    });

    test("takes another name as the common name when the first is too long for it", async () => {
      const long = `${"a".repeat(60)}.example.org`;
      assert.equal((await generate({ dnsNames: [long, "b.example"] })).facts.subject, "CN=b.example");
      const { facts } = await generate({ dnsNames: [long], ipAddresses: [] });
      assert.equal(facts.subject, "CN=Dispatch");
      assert.deepEqual(facts.dnsNames, [long]);
    });

    test("certifies addresses alone", async () => {
      const { facts } = await generate({ dnsNames: [], ipAddresses: ["192.0.2.1"] });
      assert.equal(facts.subject, "CN=192.0.2.1");
    });

    test("refuses names that no certificate can hold, no names at all, and days out of range", async () => {
      await assert.rejects(generate({ dnsNames: ["a b"] }), RangeError);
      await assert.rejects(generate({ ipAddresses: ["1.2.3"] }), RangeError);
      await assert.rejects(generate({ dnsNames: [], ipAddresses: [] }), RangeError);
      for (const days of [0, -1, 1.5, 826, Number.NaN]) await assert.rejects(generate({ days }), RangeError);
    });
  });
}
