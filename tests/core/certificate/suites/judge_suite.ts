import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import type { MaterialCheck } from "../../../../core/certificate/check_material.ts";
import { type JudgementOptions, judgeParts } from "../../../../core/certificate/judge_parts.ts";
import type { MaterialParts } from "../../../../core/certificate/material.ts";
import { decodeCertificatesPem } from "../../../../core/certificate/pem.ts";
import {
  certificateFile,
  ec,
  type Issued,
  type IssueRequest,
  issue,
  KeyUsageFlags,
  keyFile,
  makeKeys,
  makeParts,
  nowMs,
  rsa,
  serverName,
} from "../authority.ts";
import type { Provider } from "../providers.ts";

const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
const EMAIL = "1.3.6.1.5.5.7.3.4";

export function judgeSuite({ name, crypto }: Provider): void {
  const judge = (parts: Partial<MaterialParts>, options: Partial<JudgementOptions> = {}) =>
    judgeParts(makeParts(parts), { crypto, nowMs, serverName, ...options });
  const make = (request: Partial<IssueRequest> = {}) => issue(crypto, { name: `CN=${serverName}`, ...request });
  /** Judges one certificate with its key. */
  const judgeOne = (leaf: Issued, options: Partial<JudgementOptions> = {}) =>
    judge({ certificates: certificateFile([leaf]), keys: keyFile([leaf]) }, options);
  const judgeNew = async (request: Partial<IssueRequest>, options: Partial<JudgementOptions> = {}) =>
    judgeOne(await make(request), options);
  const messageOf = ({ findings }: MaterialCheck, code: string) =>
    findings.find((found) => found.code === code)?.message;

  describe(`judgeParts on ${name}`, () => {
    let root: Issued;
    let middle: Issued;
    let low: Issued;
    let leaf: Issued;

    before(async () => {
      root = await issue(crypto, { name: "CN=Root", isCa: true, days: [-1000, 2000] });
      middle = await issue(crypto, { name: "CN=Middle", isCa: true, issuer: root, days: [-500, 1000] });
      low = await issue(crypto, { name: "CN=Low", isCa: true, issuer: middle, days: [-300, 500] });
      leaf = await make({ issuer: low });
    });

    /** Judges the leaf's key beside these certificates, all in one file. */
    const judgeFile = (...certificates: Issued[]) =>
      judge({ certificates: certificateFile(certificates), keys: keyFile([leaf]) });

    test("takes a leaf, its chain and its key without a word", async () => {
      const check = await judgeFile(leaf, low, middle);
      assert.deepEqual(check.findings, []);
      assert.deepEqual(servedBy(check), [leaf, low, middle].map(derOf));
      assert.equal(check.identity?.facts, check.facts);
      assert.equal(check.facts?.isSelfSigned, false);
    });

    test("takes a self-signed certificate, an authority's or not", async () => {
      for (const isCa of [true, false]) {
        const check = await judgeNew({ isCa, dnsNames: [serverName] });
        assert.deepEqual(check.findings, []);
        assert.equal(check.facts?.isSelfSigned, true);
        assert.equal(check.identity?.facts.chain.length, 1);
      }
    });

    test("names what is missing, and what was found instead, each once", async () => {
      const origin = { file: "x", line: null };
      const others = ["a public key", "a CRL", "a public key"].map((what) => ({ what, origin }));
      const check = await judge({ others });
      assert.deepEqual(codesOf(check), ["no_certificate", "no_private_key"]);
      assert.match(messageOf(check, "no_certificate")!, /found is a public key, a CRL\.$/);
      assert.match(messageOf(await judge({ keys: keyFile([leaf]) }), "no_certificate")!, /found is a private key\.$/);
      assert.match(
        messageOf(await judge({ certificates: certificateFile([leaf]) }), "no_private_key")!,
        /a certificate\.$/,
      );
    });

    test("does not call missing what could not be opened", async () => {
      const locked = finding("key_encrypted");
      assert.deepEqual(codesOf(await judge({ findings: [locked] })), ["key_encrypted"]);
      const certificates = certificateFile([leaf, low]);
      assert.deepEqual(codesOf(await judge({ certificates, findings: [locked] })), ["key_encrypted"]);
      const keys = keyFile([leaf]);
      assert.deepEqual(codesOf(await judge({ keys, findings: [finding("broken_certificate")] })), [
        "broken_certificate",
      ]);
      assert.deepEqual(codesOf(await judge({ findings: [finding("not_pem")] })), [
        "not_pem",
        "no_certificate",
        "no_private_key",
      ]);
    });

    test("shows the likeliest leaf where there is no key to tell", async () => {
      const check = await judge({ certificates: certificateFile([root, low, leaf, middle]) });
      assert.equal(check.facts?.subject, leaf.name);
      assert.equal(check.identity, null);
      assert.deepEqual(codesOf(check), ["no_private_key", "chain_reordered", "root_included"]);
    });

    test("refuses a key of the same kind that is not the certificate's", async () => {
      const other = await make();
      const check = await judge({ certificates: certificateFile([leaf, low]), keys: keyFile([other]) });
      assert.deepEqual(codesOf(check), ["key_mismatch"]);
      assert.equal(check.findings[0]?.file, "key.pem");
      assert.equal(check.facts?.subject, leaf.name);
      const rsaKey = await make({ keys: await makeKeys(crypto, rsa(2048)) });
      const two = await judge({ certificates: certificateFile([leaf, low]), keys: keyFile([other, rsaKey]) });
      assert.match(messageOf(two, "key_mismatch")!, /^None of the 2 /);
    });

    test("finds leaf and key among several, in any order", async () => {
      const stray = await make({ name: "CN=stray" });
      for (const certificates of [
        [stray, leaf, low],
        [leaf, stray, low],
      ]) {
        const check = await judge({ certificates: certificateFile(certificates), keys: keyFile([root, leaf]) });
        assert.deepEqual(codesOf(check), ["unrelated_certificate", "unrelated_key"]);
        assert.match(messageOf(check, "unrelated_certificate")!, /CN=stray/);
        assert.deepEqual(servedBy(check), [leaf, low].map(derOf));
        assert.equal(keyOf(check), derOf({ der: leaf.pkcs8Der }));
      }
    });

    test("prefers the server's certificate to that of the authority whose key came along", async () => {
      const check = await judge({ certificates: certificateFile([middle, low, leaf]), keys: keyFile([low, leaf]) });
      assert.equal(check.facts?.subject, leaf.name);
      assert.equal(
        check.findings.some(({ severity }) => severity === "error"),
        false,
      );
    });

    test("takes the renewed certificate of a key: valid now, with the latest end", async () => {
      const renew = (from: number, to: number) => make({ issuer: low, keys: leaf.keys, days: [from, to] });
      const [over, current, next] = [await renew(-90, -1), await renew(-1, 89), await renew(1, 180)];
      const check = await judgeFile(over, leaf, current, next, low);
      assert.equal(check.facts?.notAfter, new Date(nowMs + 89 * 86_400_000).toISOString());
      assert.deepEqual(codesOf(check), ["unrelated_certificate", "unrelated_certificate", "unrelated_certificate"]);
      assert.match(messageOf(check, "unrelated_certificate")!, /valid until 2026-05-31/);
    });

    test("folds what is there twice", async () => {
      const certificates = [...certificateFile([leaf, low]), ...certificateFile([low, leaf], "again.pem")];
      const keys = [...keyFile([leaf]), ...keyFile([leaf], "again.pem")];
      assert.deepEqual(codesOf(await judge({ certificates, keys })), []);
    });

    test("puts the chain in order and leaves the root out, and says so", async () => {
      const check = await judgeFile(root, middle, leaf, low);
      assert.deepEqual(codesOf(check), ["chain_reordered", "root_included"]);
      assert.deepEqual(servedBy(check), [leaf, low, middle].map(derOf));
      assert.match(messageOf(check, "root_included")!, /CN=Root/);
    });

    test("does not take the order of files, or of what is in a PFX, for the order of a chain", async () => {
      const files = [...certificateFile([low, middle], "a_chain.pem"), ...certificateFile([leaf], "b_leaf.pem")];
      assert.deepEqual(codesOf(await judge({ certificates: files, keys: keyFile([leaf]) })), []);
      const bags = [middle, leaf, low].map(({ der }) => ({ der, origin: { file: "all.pfx", line: null } }));
      assert.deepEqual(codesOf(await judge({ certificates: bags, keys: keyFile([leaf]) })), []);
    });

    test("misses the issuer of a leaf that is alone, not that of an intermediate certificate", async () => {
      const alone = await judgeFile(leaf);
      assert.deepEqual(codesOf(alone), ["chain_incomplete"]);
      assert.match(messageOf(alone, "chain_incomplete")!, /CN=Low/);
      assert.deepEqual(codesOf(await judgeFile(leaf, low)), []);
      assert.deepEqual(codesOf(await judgeFile(leaf, middle)), ["chain_incomplete", "unrelated_certificate"]);
    });

    test("has enough with a root that signed the leaf itself", async () => {
      const direct = await make({ issuer: root });
      const check = await judge({ certificates: certificateFile([direct, root]), keys: keyFile([direct]) });
      assert.deepEqual(codesOf(check), ["root_included"]);
      assert.equal(check.identity?.facts.chain.length, 1);
    });

    test("refuses what has expired, and an issuer that has is a warning", async () => {
      assert.deepEqual(codesOf(await judgeNew({ days: [-60, -1] })), ["expired"]);
      const over = await issue(crypto, { name: "CN=Over", isCa: true, issuer: root, days: [-100, -1] });
      const below = await make({ issuer: over });
      const check = await judge({ certificates: certificateFile([below, over]), keys: keyFile([below]) });
      assert.deepEqual(codesOf(check), ["chain_expired"]);
      assert.notEqual(check.identity, null);
    });

    test("warns from one third of the lifetime on, and before the beginning", async () => {
      assert.deepEqual(codesOf(await judgeNew({ days: [-59, 31] })), []);
      const soon = await judgeNew({ days: [-60, 30] });
      assert.deepEqual(codesOf(soon), ["expires_soon"]);
      assert.match(messageOf(soon, "expires_soon")!, /2026-07-01, in 30 days/);
      assert.deepEqual(codesOf(await judgeNew({ days: [-89, 1] })), ["expires_soon"]);
      assert.deepEqual(codesOf(await judgeNew({ days: [1, 90] })), ["not_yet_valid"]);
    });

    test("calls long-lived what clients refuse: over 398 days, or 825 where it signed itself", async () => {
      const issued = async (days: number) => {
        const certificate = await make({ issuer: low, days: [0, days] });
        return codesOf(
          await judge({ certificates: certificateFile([certificate, low]), keys: keyFile([certificate]) }),
        );
      };
      assert.deepEqual(await issued(398), []);
      assert.deepEqual(await issued(399), ["long_lived"]);
      assert.deepEqual(codesOf(await judgeNew({ days: [0, 825] })), []);
      assert.deepEqual(codesOf(await judgeNew({ days: [0, 826] })), ["long_lived"]);
    });

    test("refuses RSA with less than 2048 bits", async () => {
      const short = await judgeNew({ keys: await makeKeys(crypto, rsa(1920)) });
      assert.deepEqual(codesOf(short), ["weak_key"]);
      assert.match(messageOf(short, "weak_key")!, /1920 bits/);
      assert.deepEqual(short.facts?.key, { type: "RSA", size: 1920 });
      assert.deepEqual(codesOf(await judgeNew({ keys: await makeKeys(crypto, rsa(2048)) })), []);
    });

    test("refuses an issuer's RSA key with less than 2048 bits, with which OpenSSL does not load the chain", async () => {
      const keys = await makeKeys(crypto, rsa(1024));
      const weak = await issue(crypto, { name: "CN=Weak", isCa: true, issuer: root, keys });
      const below = await make({ issuer: weak });
      const check = await judge({ certificates: certificateFile([below, weak]), keys: keyFile([below]) });
      assert.deepEqual(codesOf(check), ["weak_key"]);
      assert.match(messageOf(check, "weak_key")!, /of the issuer CN=Weak has 1024 bits/);
    });

    test("refuses a signature over SHA-1 on the leaf, and warns of one on an issuer", async () => {
      const signing = { name: "ECDSA", hash: "SHA-1" };
      const weak = await judgeNew({ signing });
      assert.deepEqual(codesOf(weak), ["weak_signature"]);
      assert.match(messageOf(weak, "weak_signature")!, /SHA-1/);
      const old = await issue(crypto, { name: "CN=Old", isCa: true, issuer: root, signing });
      const below = await make({ issuer: old });
      const check = await judge({ certificates: certificateFile([below, old]), keys: keyFile([below]) });
      assert.deepEqual(codesOf(check), ["chain_weak_signature"]);
    });

    test("serves P-384 as well", async () => {
      const check = await judgeNew({ keys: await makeKeys(crypto, ec("P-384")) });
      assert.deepEqual(codesOf(check), []);
      assert.deepEqual(check.identity?.facts.key, { type: "EC", curve: "P-384" });
    });

    test("refuses a certificate whose usages leave the server out", async () => {
      const mail = await judgeNew({ extendedKeyUsage: [CLIENT_AUTH, EMAIL, "1.2.3.4"] });
      assert.deepEqual(codesOf(mail), ["not_for_servers"]);
      assert.match(
        messageOf(mail, "not_for_servers")!,
        /extended key usage is clientAuth, emailProtection, 1\.2\.3\.4\./,
      );
      for (const usage of ["1.3.6.1.5.5.7.3.1", "2.5.29.37.0"]) {
        assert.deepEqual(codesOf(await judgeNew({ extendedKeyUsage: [EMAIL, usage] })), []);
      }
    });

    test("refuses a key usage without digitalSignature, which no runtime serves well", async () => {
      const { keyCertSign, digitalSignature, keyEncipherment } = KeyUsageFlags;
      const authority = await judgeNew({ keyUsage: keyCertSign });
      assert.deepEqual(codesOf(authority), ["not_for_servers"]);
      assert.match(messageOf(authority, "not_for_servers")!, /its key usage is keyCertSign/);
      assert.deepEqual(codesOf(await judgeNew({ keyUsage: digitalSignature | keyEncipherment })), []);
    });

    test("compares the server's name with the names, not with the common name", async () => {
      const covered = async (request: Partial<IssueRequest>, server: string) =>
        codesOf(await judgeNew(request, { serverName: server }));
      const missing = ["name_not_covered"];
      assert.deepEqual(await covered({ dnsNames: ["MAIL.example.org"] }, "mail.Example.org."), []);
      assert.deepEqual(await covered({ dnsNames: ["other.example.org"] }, serverName), missing);
      assert.deepEqual(await covered({ dnsNames: null }, serverName), [...missing, "no_subject_alt_name"]);
      assert.deepEqual(await covered({ dnsNames: ["xn--bcher-kva.example"] }, "bücher.example"), []);
    });

    test("takes a wildcard for one whole label, the first one", async () => {
      const covers = async (pattern: string, server: string) =>
        codesOf(await judgeNew({ dnsNames: [pattern] }, { serverName: server })).length === 0;
      assert.equal(await covers("*.example.org", "mail.example.org"), true);
      assert.equal(await covers("*.example.org", "example.org"), false);
      assert.equal(await covers("*.example.org", "a.mail.example.org"), false);
      assert.equal(await covers("m*.example.org", "mail.example.org"), false);
      assert.equal(await covers("mail.*.org", "mail.example.org"), false);
      assert.equal(await covers("*.org", "example.org"), false);
    });

    test("compares an address with the addresses alone", async () => {
      const covers = async (request: Partial<IssueRequest>, server: string) =>
        codesOf(await judgeNew(request, { serverName: server })).length === 0;
      assert.equal(await covers({ ipAddresses: ["192.0.2.1"] }, "192.0.2.1"), true);
      assert.equal(await covers({ ipAddresses: ["2001:db8::1"] }, "2001:DB8:0::1"), true);
      assert.equal(await covers({ dnsNames: ["192.0.2.1"] }, "192.0.2.1"), false);
      assert.equal(await covers({ ipAddresses: ["192.0.2.2"] }, "192.0.2.1"), false);
    });

    test("tells errors before warnings, each with its file", async () => {
      const over = await make({ issuer: low, days: [-30, -1], dnsNames: ["other.example.org"], keys: leaf.keys });
      const certificates = certificateFile([low, over], "chain.pem");
      const check = await judge({ certificates, keys: keyFile([leaf]) });
      assert.deepEqual(codesOf(check), ["expired", "name_not_covered", "chain_reordered"]);
      assert.deepEqual(new Set(check.findings.map(({ file }) => file)), new Set(["chain.pem"]));
      assert.equal(check.identity, null);
      assert.equal(check.facts?.subject, leaf.name);
    });
  });

  function derOf({ der }: { der: ArrayBuffer }): string {
    return btoa(String.fromCharCode(...new Uint8Array(der)));
  }

  function servedBy({ identity }: MaterialCheck): string[] {
    return decodeCertificatesPem(identity?.certPem ?? "").map((der) => derOf({ der }));
  }

  function keyOf({ identity }: MaterialCheck): string | undefined {
    return identity?.keyPem.replace(/-----[^-]+-----|\s/g, "");
  }
}

function codesOf({ findings }: MaterialCheck): string[] {
  return findings.map(({ code }) => code);
}

function finding(code: "key_encrypted" | "broken_certificate" | "not_pem") {
  return { code, severity: "error", message: "m", remedy: "r", file: "f" } as const;
}
