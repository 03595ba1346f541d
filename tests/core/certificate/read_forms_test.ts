import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeText } from "../../../core/certificate/file_text.ts";
import { TlsIdentity } from "../../../core/certificate/mod.ts";
import { decodeCertificatesPem } from "../../../core/certificate/pem.ts";
import material from "../../fixtures/certificate/material.json" with { type: "json" };
import openssl from "../../fixtures/certificate/openssl.json" with { type: "json" };
import { type Contents, fromBase64, readContents } from "./given.ts";

const { leaf, rsa } = openssl;
const all = leaf.chainPem + leaf.keyPem;

function encodeUtf16(text: string, isBigEndian: boolean): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(text.length * 2 + 2));
  view.setUint16(0, 0xfeff, !isBigEndian);
  for (let index = 0; index < text.length; index++) view.setUint16(index * 2 + 2, text.charCodeAt(index), !isBigEndian);
  return new Uint8Array(view.buffer);
}

/** Checks that contents hold the chain and its key, and nothing that is wrong. */
async function holdAll(contents: readonly Contents[], keys = 1): Promise<void> {
  const parts = await readContents(contents);
  assert.deepEqual(parts.findings, []);
  assert.equal(parts.keys.length, keys);
  const chain = parts.certificates.map(({ der }) => der);
  const { certPem } = await TlsIdentity.fromDer(crypto, chain, parts.keys.at(-1)!.pkcs8Der);
  assert.equal(certPem, leaf.chainPem);
}

describe("readMaterial reads text", () => {
  test("with all in one file, in any order, with several keys", async () => {
    await holdAll([all]);
    await holdAll([leaf.keyPem + leaf.chainPem]);
    await holdAll([rsa.keyPem + leaf.chainPem + leaf.keyPem], 2);
  });

  test("with CRLF, with CR alone, and with spaces around each line", async () => {
    await holdAll([all.replaceAll("\n", "\r\n")]);
    await holdAll([all.replaceAll("\n", "\r")]);
    await holdAll([all.replace(/^.*$/gm, "  \t$&  ")]);
  });

  test("with all on one line", async () => {
    await holdAll([all.replaceAll("\n", " ")]);
  });

  test("with a mark of its encoding, in UTF-8 and UTF-16", async () => {
    await holdAll([`\ufeff${all}`]);
    await holdAll([encodeUtf16(all, false)]);
    await holdAll([encodeUtf16(all, true)]);
    await holdAll([`${leaf.chainPem}\ufeff${leaf.keyPem}`]);
  });

  test("with text around the blocks", async () => {
    await holdAll([`Bag Attributes\n    localKeyID: 01\nsubject=CN = Grüße\n${all}-- \nThe CA\n`]);
  });

  test("with the labels of OpenSSL's other certificates", async () => {
    await holdAll([all.replaceAll(" CERTIFICATE", " X509 CERTIFICATE")]);
    assert.equal((await readContents([material.pem["trusted.pem"]])).certificates.length, 1);
  });

  test("with an EC PARAMETERS block, before or behind the key, that names the curve of a key", async () => {
    await holdAll([leaf.chainPem, leaf.sec1KeyPem]);
    const [parameters] = leaf.sec1KeyPem.split(/(?<=-----END EC PARAMETERS-----\n)/);
    // ECPrivateKey without its optional fields: the version, and the key itself in 32 bytes.
    const [, body] = material.pem["sec1_short.key"].split(/-----(?:BEGIN|END) EC PRIVATE KEY-----/);
    const bare = fromBase64(body!.replace(/\s/g, "")).slice(0, 39);
    bare[1] = 37;
    const bareKey = `-----BEGIN EC PRIVATE KEY-----\n${btoa(String.fromCharCode(...bare))}\n-----END EC PRIVATE KEY-----\n`;
    for (const keyPem of [parameters + bareKey, bareKey + parameters]) {
      assert.deepEqual((await readContents([keyPem])).findings, []);
    }
    const { findings } = await readContents([bareKey]);
    assert.match(findings[0]!.message, /^The private key at line 1 is damaged: it does not name its curve/);
  });

  test("with PKCS#7 and Netscape blocks, whatever they are called", async () => {
    await holdAll([material.pem["chain.p7b"], leaf.keyPem]);
    await holdAll([material.pem["chain.p7b"].replaceAll("PKCS7", "CERTIFICATE CHAIN"), leaf.keyPem]);
    await holdAll([material.pem["chain.p7b"].replaceAll("PKCS7", "CERTIFICATE"), leaf.keyPem]);
    await holdAll([material.pem["nseq.pem"], leaf.keyPem]);
  });

  test("that is base64 alone", async () => {
    await holdAll([btoa(String.fromCharCode(...fromBase64(material.base64["chain.p7b.der"]))), leaf.keyPem]);
    await holdAll([leaf.chainPem, leaf.keyPem.replace(/-----.*-----\n/g, "")]);
  });
});

describe("readMaterial reads binary files", () => {
  test("with certificates, one behind the other too", async () => {
    const [first, second] = decodeCertificatesPem(leaf.chainPem).map((der) => [...new Uint8Array(der)]);
    await holdAll([Uint8Array.from(first!), Uint8Array.from(second!), leaf.keyPem]);
    await holdAll([Uint8Array.from([...first!, ...second!]), leaf.keyPem]);
    await holdAll([Uint8Array.from([...first!, ...second!, 0x0d, 0x0a]), leaf.keyPem]);
  });

  test("with a PKCS#7 file", async () => {
    await holdAll([fromBase64(material.base64["chain.p7b.der"]), leaf.keyPem]);
  });

  test("with a key in PKCS#8 or SEC 1", async () => {
    await holdAll([fromBase64(material.base64["plain.der"]), leaf.chainPem]);
    await holdAll([fromBase64(material.base64["sec1.der"]), leaf.chainPem]);
  });
});

describe("readMaterial says where it found things", () => {
  test("by file and line, and by file alone in a binary one", async () => {
    const { certificates, keys } = await readContents([`\n${all}`, fromBase64(material.base64["leaf.der"])]);
    const lines = leaf.chainPem.split("\n");
    const second = lines.lastIndexOf("-----BEGIN CERTIFICATE-----");
    assert.deepEqual(
      certificates.map(({ origin }) => origin),
      [
        { file: "file1", line: 2 },
        { file: "file1", line: second + 2 },
        { file: "file2", line: null },
      ],
    );
    assert.deepEqual(keys[0]!.origin, { file: "file1", line: lines.length + 1 });
  });

  for (const [name, what] of [
    ["leaf.csr", "a certificate request (CSR)"],
    ["leaf.pub", "a public key"],
    ["leaf.crl", "a CRL"],
    ["dh.pem", "the parameters of a key"],
  ] as const) {
    test(`and names ${what}`, async () => {
      const parts = await readContents([material.pem[name]]);
      assert.deepEqual([parts.certificates, parts.keys, parts.findings], [[], [], []]);
      assert.deepEqual(parts.others, [{ what, origin: { file: "file1", line: 1 } }]);
    });
  }

  test("and names what belongs to other programs", async () => {
    for (const [label, what] of [
      ["OPENSSH PRIVATE KEY", "an OpenSSH private key"],
      ["PGP PUBLIC KEY BLOCK", "a PGP key or message"],
      ["SOMETHING ELSE", "a PEM block named SOMETHING ELSE"],
    ]) {
      const { others } = await readContents([`-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`]);
      assert.equal(others[0]!.what, what);
    }
  });
});

test("decodeText decodes UTF-8 and both forms of UTF-16", () => {
  const text = "Grüße 🔑";
  for (const bytes of [new TextEncoder().encode(`\ufeff${text}`), encodeUtf16(text, true), encodeUtf16(text, false)]) {
    assert.equal(decodeText(bytes), text);
  }
});
