import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { orderChain } from "../../../../core/certificate/order_chain.ts";
import {
  decodeCertificate,
  type ParsedCertificate,
  readCertificate,
} from "../../../../core/certificate/parsed_certificate.ts";
import { verifySignature } from "../../../../core/certificate/signature.ts";
import { AuthorityKeyIdentifierExtension, SubjectKeyIdentifierExtension } from "../../../../core/certificate/x509.ts";
import { ec, type Issued, type IssueRequest, issue, makeKeys, nowMs, rsa } from "../authority.ts";
import type { Provider } from "../providers.ts";

const read = ({ der }: Issued): ParsedCertificate => readCertificate(der, decodeCertificate(der));

export function chainSuite({ name, crypto }: Provider): void {
  const make = (name: string, request: Partial<IssueRequest> = {}) => issue(crypto, { name, isCa: true, ...request });

  /** Orders what is given as the leaf and the others, and names the certificates by what `labels` call them. */
  async function order(
    leaf: Issued,
    others: Record<string, Issued>,
  ): Promise<{ chain: string[]; root: string | null }> {
    const parsed = new Map(Object.entries(others).map(([label, issued]) => [read(issued), label]));
    const found = await orderChain(crypto, read(leaf), [...parsed.keys()], nowMs);
    const chain = found.certificates.slice(1).map((certificate) => parsed.get(certificate)!);
    return { chain, root: found.root === null ? null : parsed.get(found.root)! };
  }

  describe(`orderChain on ${name}`, () => {
    let root: Issued;
    let middle: Issued;
    let leaf: Issued;

    before(async () => {
      root = await make("CN=Root");
      middle = await make("CN=Middle", { issuer: root });
      leaf = await make("CN=leaf", { issuer: middle, isCa: false });
    });

    test("follows the chain to its root, whatever the order", async () => {
      assert.deepEqual(await order(leaf, { root, middle }), { chain: ["middle"], root: "root" });
      assert.deepEqual(await order(leaf, { middle, root }), { chain: ["middle"], root: "root" });
    });

    test("finds the issuer by the signature where several have its name", async () => {
      const [one, other] = [await make("CN=Middle", { issuer: root }), await make("CN=Middle", { issuer: root })];
      assert.deepEqual(await order(leaf, { one, middle, other }), { chain: ["middle"], root: null });
      assert.deepEqual(await order(leaf, { one, other }), { chain: [], root: null });
    });

    test("believes the signature rather than key identifiers that say otherwise", async () => {
      const keyId = (digit: string) => new AuthorityKeyIdentifierExtension(digit.repeat(40));
      const subjectKeyId = (digit: string) => new SubjectKeyIdentifierExtension(digit.repeat(40));
      const signer = await make("CN=Signer", { issuer: root, extensions: [subjectKeyId("a")] });
      const impostor = await make("CN=Signer", { issuer: root, extensions: [subjectKeyId("b")] });
      const below = await make("CN=below", { issuer: signer, extensions: [keyId("b")] });
      assert.deepEqual(await order(below, { impostor, signer }), { chain: ["signer"], root: null });
    });

    test("leads on through a cross-signed issuer while that is valid, and past it afterwards", async () => {
      const old = await make("CN=Old Root", { days: [-2000, 10] });
      const renewed = await make("CN=New Root", { days: [-100, 3000] });
      const cross = (to: number) => make("CN=New Root", { issuer: old, keys: renewed.keys, days: [-100, to] });
      const below = await make("CN=Below", { issuer: renewed });
      const current = { renewed, cross: await cross(9), old };
      assert.deepEqual(await order(below, current), { chain: ["cross"], root: "old" });
      assert.deepEqual(await order(below, { cross: await cross(-1), renewed }), { chain: [], root: "renewed" });
    });

    test("ends where issuers go round in a circle", async () => {
      const keys = await makeKeys(crypto, ec("P-256"));
      const one = await make("CN=One", { issuer: { ...root, name: "CN=Two", keys } });
      const two = await make("CN=Two", { issuer: one, keys });
      const below = await make("CN=below", { issuer: one });
      assert.deepEqual(await order(below, { one, two }), { chain: ["one", "two"], root: null });
    });

    test("takes a certificate with its own name as issuer for self-signed only if its key signed it", async () => {
      const forged = await make("CN=Same", { issuer: { ...root, name: "CN=Same" } });
      assert.equal((await orderChain(crypto, read(forged), [], nowMs)).isSelfSigned, false);
      assert.equal((await orderChain(crypto, read(root), [], nowMs)).isSelfSigned, true);
    });

    test("compares names without regard to capitals and spaces", async () => {
      const shouting = await make("CN=leaf", { issuer: { ...middle, name: "CN=MIDDLE " } });
      assert.deepEqual(await order(shouting, { middle }), { chain: ["middle"], root: null });
    });

    test("does not try more than a bounded number of signatures", async () => {
      const keys = await makeKeys(crypto, ec("P-256"));
      const alike = await Promise.all(
        Array.from({ length: 63 }, () => make("CN=Same", { issuer: { ...root, name: "CN=Same" }, keys })),
      );
      let verifications = 0;
      const counting = new Proxy(crypto.subtle, {
        get: (subtle, method: keyof SubtleCrypto) => {
          if (method === "verify") verifications += 1;
          return subtle[method].bind(subtle);
        },
      });
      const below = await make("CN=below", { issuer: { ...root, name: "CN=Same" } });
      const chain = await orderChain({ subtle: counting } as Crypto, read(below), alike.map(read), nowMs);
      assert.equal(chain.certificates.length, 1);
      assert.ok(verifications >= 63 && verifications < 130, String(verifications));
    });
  });

  describe(`verifySignature on ${name}`, () => {
    const pss = (hash: string, saltLength: number) => ({ name: "RSA-PSS", hash, saltLength });
    const cases: Record<string, [RsaHashedKeyGenParams | EcKeyGenParams, IssueRequest["signing"]]> = {
      "RSA with SHA-1": [rsa(2048, undefined, "SHA-1"), { name: "RSASSA-PKCS1-v1_5", hash: "SHA-1" }],
      "RSA with SHA-384": [rsa(2048, undefined, "SHA-384"), { name: "RSASSA-PKCS1-v1_5", hash: "SHA-384" }],
      "RSA with SHA-512": [rsa(2048, undefined, "SHA-512"), { name: "RSASSA-PKCS1-v1_5", hash: "SHA-512" }],
      "RSA-PSS with SHA-256": [rsa(2048, "RSA-PSS", "SHA-256"), pss("SHA-256", 32)],
      "RSA-PSS with SHA-512 and a short salt": [rsa(2048, "RSA-PSS", "SHA-512"), pss("SHA-512", 20)],
      "P-256 with SHA-256": [ec("P-256"), { name: "ECDSA", hash: "SHA-256" }],
      "P-384 with SHA-384": [ec("P-384"), { name: "ECDSA", hash: "SHA-384" }],
    };
    for (const [label, [algorithm, signing]] of Object.entries(cases)) {
      test(`tells the signer from another: ${label}`, async () => {
        const signer = await make("CN=Signer", {
          keys: await makeKeys(crypto, algorithm),
          ...(signing && { signing }),
        });
        const other = await make("CN=Signer", { keys: await makeKeys(crypto, algorithm), ...(signing && { signing }) });
        const below = read(await make("CN=below", { issuer: signer, ...(signing && { signing }) }));
        assert.equal(await verifySignature(crypto, below, read(signer)), "valid");
        assert.equal(await verifySignature(crypto, below, read(other)), "invalid");
      });
    }

    test("tells an RSA key from the signer with an elliptic curve", async () => {
      const other = read(await make("CN=Signer", { keys: await makeKeys(crypto, rsa(2048)) }));
      const signer = await make("CN=Signer");
      assert.equal(await verifySignature(crypto, read(await make("CN=b", { issuer: signer })), other), "invalid");
    });
  });
}
