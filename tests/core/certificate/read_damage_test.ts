import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Finding } from "../../../core/certificate/finding.ts";
import { generateSelfSigned } from "../../../core/certificate/generate.ts";
import { maxMaterialBytes, maxMaterialFiles } from "../../../core/certificate/material.ts";
import { readMaterial } from "../../../core/certificate/read_material.ts";
import material from "../../fixtures/certificate/material.json" with { type: "json" };
import openssl from "../../fixtures/certificate/openssl.json" with { type: "json" };
import { makeBags, makePfx, putInBags } from "../../support/certificate_worst_files.ts";
import { type Contents, ciphersOf, fromBase64, given, readContents } from "./given.ts";

const { leaf, password } = openssl;
const [leafPem = "", middlePem = ""] = leaf.chainPem.split(/(?<=-----END CERTIFICATE-----\n)/);
const encode = (text: string) => new TextEncoder().encode(text);

/** Reads one file, which has to hold nothing but the one thing that is wrong. */
async function findOnly(content: Contents, passphrase: string | null = null): Promise<Finding> {
  const startedMs = performance.now();
  const { certificates, keys, findings } = await readContents([content], passphrase);
  assert.ok(performance.now() - startedMs < 1000, `${performance.now() - startedMs} ms`);
  assert.deepEqual([certificates, keys, findings.length], [[], [], 1], JSON.stringify(findings));
  return findings[0]!;
}

/** Bytes as DER with this tag around them. */
function wrap(tag: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = [3, 2, 1, 0].map((index) => (content.length >> (index * 8)) & 0xff);
  return Uint8Array.from([tag, 0x84, ...length, ...content]);
}

describe("readMaterial says what is wrong with a PEM block", () => {
  const lines = leafPem.split("\n");
  const damages: readonly (readonly [what: string, text: string, reason: string])[] = [
    ["no END line", lines.slice(0, -2).join("\n"), "its line -----END CERTIFICATE----- is missing"],
    ["no BEGIN line", lines.slice(1).join("\n"), "its line -----BEGIN CERTIFICATE----- is missing"],
    [
      "another END line",
      leafPem.replace("END CERTIFICATE", "END PRIVATE KEY"),
      "it ends with -----END PRIVATE KEY----- in line 14",
    ],
    [
      "a character that is no base64",
      leafPem.replace(lines[3]!, `${lines[3]!.slice(1)}!`),
      "line 4 holds a character that does not belong there",
    ],
    ["nothing in it", `${lines[0]}\n${lines.at(-2)}\n`, "there is nothing between BEGIN and END"],
    ["a missing line", lines.toSpliced(4, 1).join("\n"), "it ends after 516 of 564 bytes"],
  ];
  for (const [what, text, reason] of damages) {
    test(`with ${what}`, async () => {
      const { code, message } = await findOnly(text);
      assert.deepEqual(
        [code, message.replace(/ at line \d+/, "")],
        ["broken_certificate", `The certificate is damaged: ${reason}.`],
      );
    });
  }

  test("and which block it is, and reads the others", async () => {
    const broken = middlePem.replace("-----END CERTIFICATE-----", "");
    const { certificates, findings } = await readContents([`${leafPem}${broken}${leafPem}`]);
    assert.equal(certificates.length, 2);
    assert.match(
      findings[0]!.message,
      /^The 2nd certificate at line 15 is damaged: its line -----END CERTIFICATE----- is/,
    );
  });

  test("with a key in it", async () => {
    const { code, message } = await findOnly(leaf.keyPem.replace("MIGH", "MIG!"));
    assert.equal(code, "broken_key");
    assert.equal(message, "The private key at line 1 is damaged: line 2 holds a character that does not belong there.");
  });

  test("with contents of another kind", async () => {
    const text = `-----BEGIN CERTIFICATE-----\n${btoa("hello world")}\n-----END CERTIFICATE-----\n`;
    assert.equal((await findOnly(text)).code, "broken_certificate");
  });

  test("with a DEK-Info line that is none", async () => {
    const { message } = await findOnly(
      leaf.traditionalEncryptedKeyPem.replace(/DEK-Info: .*/, "DEK-Info: AES-256-CBC,12"),
      "a",
    );
    assert.match(message, /its DEK-Info line has no initialisation vector/);
  });
});

describe("readMaterial says that a structure is not whole", () => {
  test("when the curve of an EC key is no identifier", async () => {
    const damaged = leaf.sec1KeyPem.replace("oAoGCCqGSM49", "oAsGCCqGSM49");
    assert.notEqual(damaged, leaf.sec1KeyPem);
    const { keys, findings } = await readContents([damaged]);
    assert.deepEqual([keys, findings.map(({ code }) => code)], [[], ["broken_key"]]);
  });

  test("when a PKCS#7 file has no certificates", async () => {
    const bytes = fromBase64(material.base64["chain.p7b.der"]);
    const at = bytes.findIndex((_, index) => bytes[index] === 0xa0 && bytes[index - 1] === 1 && bytes[index - 2] === 7);
    // The certificates, [0], follow the identifier of the contents that are not there.
    bytes[at] = 0xa2;
    const { certificates, others } = await readContents([bytes]);
    assert.deepEqual([certificates, others.map(({ what }) => what)], [[], ["a PKCS#7 file without certificates"]]);
  });

  test("when a PFX has nothing in it", async () => {
    const data = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
    const contents = wrap(0x30, Uint8Array.from([...data, ...wrap(0xa0, wrap(4, wrap(0x30, new Uint8Array(0))))]));
    const { findings, others } = await readContents([wrap(0x30, Uint8Array.from([2, 1, 3, ...contents]))]);
    assert.deepEqual([findings, others.map(({ what }) => what)], [[], ["an empty PFX file"]]);
  });
});

describe("readMaterial names a file that holds neither PEM nor DER", () => {
  const foreign: readonly (readonly [content: Contents, what: string])[] = [
    ["", "empty"],
    [" \r\n\t", "empty"],
    ["hello", "text without any PEM block"],
    [leafPem.replaceAll("-----", "—---"), "text whose BEGIN line does not have five hyphens on both sides"],
    ["<!DOCTYPE html><html></html>", "a web page"],
    ["ssh-ed25519 AAAA a@example.org", "an SSH public key"],
    ["PuTTY-User-Key-File-3: ecdsa", "a PuTTY key"],
    [Uint8Array.of(0xfe, 0xed, 0xfe, 0xed, 0, 0), "a Java keystore (JKS)"],
    [Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0), "a ZIP archive"],
    [encode("%PDF-1.7"), "a PDF document"],
    [Uint8Array.of(1, 2, 3, 4), "binary data of an unknown kind"],
    [Uint8Array.of(0x30, 3, 2, 1, 0), "ASN.1 of an unknown kind"],
  ];
  for (const [content, what] of foreign) {
    test(what, async () => {
      const { code, message } = await findOnly(content);
      assert.deepEqual(
        [code, message],
        ["not_pem", `This file is ${what}, neither a certificate nor a key in any known form.`],
      );
    });
  }
});

describe("readMaterial refuses by name", () => {
  const refused: readonly (readonly [content: Contents, protection: RegExp, command: string])[] = [
    [
      fromBase64(openssl.pfx.legacy),
      /RC2 with a key of 40 bits/,
      "openssl pkcs12 -legacy -in file1 -noenc -out converted.pem",
    ],
    [
      fromBase64(material.base64["rc4.pfx"]),
      /RC4 with a key of 128 bits/,
      "openssl pkcs12 -legacy -in file1 -noenc -out converted.pem",
    ],
    [
      material.pem["pkcs8_rc2.key"],
      /RC2 with a key of 40 bits/,
      "openssl pkey -provider legacy -provider default -in file1 -out converted.pem",
    ],
    [
      material.pem["traditional_seed.key"],
      /the cipher SEED-CBC/,
      "openssl pkey -provider legacy -provider default -in file1 -out converted.pem",
    ],
  ];
  for (const [content, protection, command] of refused) {
    test(`${protection.source}, with the command that converts the file`, async () => {
      const { code, message, remedy } = await findOnly(content);
      assert.equal(code, "unsupported_protection");
      assert.match(message, protection);
      assert.equal(remedy, `Convert it: ${command}`);
    });
  }

  test("in a command that a shell takes for one word", async () => {
    const bytes = fromBase64(openssl.pfx.legacy);
    const nameOf = async (name: string) => {
      const { findings } = await readMaterial({ files: [{ name, bytes }], passphrase: null }, ciphersOf(crypto));
      return /-in (.*) -noenc/.exec(findings[0]!.remedy)?.[1];
    };
    assert.equal(await nameOf("my cert's.pfx"), `'my cert'\\''s.pfx'`);
    assert.equal(await nameOf("-a.pfx"), "./-a.pfx");
    assert.equal(await nameOf("$(id).pfx"), "'$(id).pfx'");
  });

  test("a DSA key", async () => {
    assert.equal((await findOnly(material.pem["dsa.key"])).code, "unsupported_key");
  });
});

describe("readMaterial bounds its work", () => {
  test("by the size of all files, and their number", async () => {
    const half = new Uint8Array(maxMaterialBytes / 2 + 1);
    const codes = async (contents: Contents[]) => (await readContents(contents)).findings.map(({ code }) => code);
    assert.deepEqual(await codes([half, half]), ["too_large"]);
    assert.deepEqual(await codes(Array.from({ length: maxMaterialFiles + 1 }, () => leafPem)), ["too_many"]);
  });

  test("at 64 certificates and 16 keys", async () => {
    const startedMs = performance.now();
    const few = leaf.keyPem.repeat(17) + leafPem.repeat(65);
    const parts = await readContents([few]);
    assert.deepEqual([parts.certificates.length, parts.keys.length], [64, 16]);
    assert.deepEqual(
      parts.findings.map(({ message }) => message),
      [
        "There are more than 16 private keys in what was given.",
        "There are more than 64 certificates in what was given.",
      ],
    );
    assert.ok(performance.now() - startedMs < 5000);
  });

  test("at 12,000 ASN.1 elements in all certificates together", async () => {
    const dnsNames = Array.from({ length: 1000 }, (_, index) => `host${index}.example.org`);
    const { certPem } = await generateSelfSigned(crypto, { dnsNames, ipAddresses: [], nowMs: 0 });
    const { certificates, findings } = await readContents([certPem.repeat(30)]);
    assert.deepEqual(
      findings.map(({ message }) => message),
      ["There are more than 12000 ASN.1 elements in what was given."],
    );
    // Each has a thousand names, and some thirty elements besides.
    assert.equal(certificates.length, 11);
  });

  test("at 10,000 certificates in one file", async () => {
    const tiny = `-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n`;
    const { findings } = await readContents([tiny.repeat(10_000)]);
    assert.equal(findings[0]!.message, "There are more than 256 PEM blocks in what was given.");
    assert.equal(findings.length, 257);
  });

  test("at 65,536 lines in a block", async () => {
    const { message } = await findOnly(leafPem.replace("\n", "\n".repeat(65_536)));
    assert.equal(message, "The certificate at line 1 is damaged: it has more than 65536 lines.");
  });

  test("at 256 bags in a PFX, 3 levels of bags in bags, and 80 parts", async () => {
    const reason = async (bytes: Uint8Array<ArrayBuffer>) => /read: (.*)$/.exec((await findOnly(bytes)).message)?.[1];
    assert.equal(await reason(makePfx(makeBags(257))), "it has more than 256 entries.");
    assert.equal(await reason(makePfx(putInBags(makeBags(1), 3))), "it has bags in bags, more than 3 levels deep.");
    assert.equal(await reason(makePfx(...Array.from({ length: 81 }, () => makeBags(1)))), "it has more than 80 parts.");
  });

  test("at 64 certificates in a PKCS#7 file", async () => {
    const der = fromBase64(material.base64["leaf.der"]);
    const certificates = new Uint8Array(der.length * 1500);
    for (let index = 0; index < 1500; index++) certificates.set(der, index * der.length);
    const version = Uint8Array.of(2, 1, 1, 0x31, 0, 0x30, 0);
    const signed = wrap(0x30, Uint8Array.from([...version, ...wrap(0xa0, certificates), 0x31, 0]));
    const identifier = Uint8Array.of(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2);
    const p7b = wrap(0x30, Uint8Array.from([...identifier, ...wrap(0xa0, signed)]));
    const { findings } = await readContents([p7b]);
    assert.deepEqual(
      findings.map(({ message }) => message),
      ["This is a PKCS#7 file, but it can't be read: it has more than 12000 elements."],
    );
  });

  const pairs = (first: number, second: number) =>
    new Uint8Array(1_000_000).map((_, at) => (at % 2 === 0 ? first : second));
  const nest = (depth: number): Uint8Array<ArrayBuffer> =>
    depth === 0 ? wrap(0x30, new Uint8Array(0)) : wrap(0x30, wrap(4, nest(depth - 1)));
  const hostile: readonly (readonly [what: string, bytes: () => Uint8Array<ArrayBuffer>, reason: string])[] = [
    ["sequences in each other", () => pairs(0x30, 0x80), "it is nested more than 64 levels deep"],
    ["octet strings in each other", () => nest(40), "it is nested more than 64 levels deep"],
    ["half a million elements", () => wrap(0x30, pairs(5, 0)), "it has more than 12000 elements"],
    [
      "a number of a million bytes",
      () => wrap(0x30, Uint8Array.from([...wrap(2, new Uint8Array(1_000_000).fill(1)), 0x30, 2, 6, 0])),
      "it holds a number of more than 4096 bytes",
    ],
    [
      "an identifier of a million bytes",
      () => wrap(0x30, Uint8Array.from([2, 1, 3, ...wrap(0x30, wrap(6, new Uint8Array(1_000_000).fill(0x2a)))])),
      "it holds an identifier of more than 64 bytes",
    ],
    [
      "a text of a million bytes",
      () => wrap(0x30, Uint8Array.from([2, 1, 3, ...wrap(0x30, wrap(0x0c, new Uint8Array(1_000_000).fill(0x20)))])),
      "it holds a text of more than 8192 bytes",
    ],
    [
      "a length beyond all bounds",
      () => Uint8Array.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 2, 1, 3),
      "it ends after 9 of 4294967301 bytes",
    ],
  ];
  for (const [what, bytes, reason] of hostile) {
    test(`with ${what}`, async () => {
      const { code, message } = await findOnly(bytes());
      assert.equal(code, "broken_file");
      assert.ok(message.endsWith(`but it can't be read: ${reason}.`), message);
    });
  }

  for (const part of [
    "BEGIN ",
    "-----BEGIN A-----",
    "-----BEGIN ",
    "-----END A-----\n",
    "a: ",
    " ",
    "\n",
    "MIIB",
    "=",
    "<",
  ]) {
    test(`with a megabyte of ${JSON.stringify(part)}, in a block too`, async () => {
      const text = part.repeat(Math.floor(1_000_000 / part.length));
      for (const content of [text, `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`]) {
        const startedMs = performance.now();
        assert.notEqual((await readContents([content])).findings.length, 0);
        assert.ok(performance.now() - startedMs < 1000, `${performance.now() - startedMs} ms`);
      }
    });
  }

  test("at 700,000 iterations of a MAC", async () => {
    const bytes = fromBase64(openssl.pfx.default);
    // The file ends with the INTEGER 2048, which grows by a byte, and with it MacData and the file.
    assert.deepEqual([...bytes.subarray(-4)], [2, 2, 8, 0]);
    const grown = Uint8Array.from([...bytes.subarray(0, -4), 2, 3, 0x0a, 0xae, 0x61]);
    const macAt = 4 + 3 + 4 + ((bytes[9]! << 8) | bytes[10]!);
    for (const lengthAt of [3, macAt + 1]) grown[lengthAt]! += 1;
    const { code, message } = await findOnly(grown, password);
    assert.deepEqual(
      [code, message],
      [
        "unsupported_protection",
        "The file is protected with 700001 iterations of key derivation, more than are worked through here, which is not opened here.",
      ],
    );
  });

  test("at the cost of scrypt", async () => {
    const [, body] = material.pem["pkcs8_scrypt.key"].split(/-----.*-----/);
    const bytes = fromBase64(body!.replace(/\s/g, ""));
    // The INTEGERs N = 16384 and r = 8.
    const costAt = bytes.findIndex((_, at) => `${bytes.subarray(at, at + 7)}` === "2,2,64,0,2,1,8");
    bytes[costAt + 6] = 127;
    const { code, message } = await findOnly(bytes, password);
    assert.equal(code, "unsupported_protection");
    assert.match(message, /scrypt at a cost of N=16384, r=127, p=1/);
  });
});

test("given files are left as they are", async () => {
  const { files } = given([leaf.chainPem, fromBase64(openssl.pfx.default)]);
  const before = files.map(({ bytes }) => `${bytes}`);
  await readMaterial({ files, passphrase: password }, ciphersOf(crypto));
  assert.deepEqual(
    files.map(({ bytes }) => `${bytes}`),
    before,
  );
});
