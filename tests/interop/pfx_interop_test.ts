/** Other programs read the PFX files that Dispatch writes. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { generateSelfSigned, type KeyKind, packPfx, randomPassword, TlsIdentity } from "../../core/certificate/mod.ts";
import openssl from "../fixtures/certificate/openssl.json" with { type: "json" };
import { findTool, run } from "../support/e2e_process.ts";

/** A file on disk, and what has to be found in it. */
interface Sample {
  readonly folder: string;
  readonly pfxPath: string;
  readonly certPath: string;
  readonly password: string;
  readonly identity: TlsIdentity;
}

/** One act of another program. */
interface Reader {
  readonly name: string;
  /** Programs that it needs; where one is missing the tests are left out, and that is said. */
  readonly tools: readonly string[];
  readonly read: (sample: Sample) => Promise<void>;
}

const KINDS: readonly KeyKind[] = ["p256", "p384", "rsa2048"];

/** Runs a program that has to succeed, and returns what it printed. */
async function succeed(...command: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(command);
  assert.equal(code, 0, `${command[0]} failed: ${stdout}${stderr}`);
  return stdout + stderr;
}

/** Makes an empty NSS database. */
async function makeNssDatabase(folder: string): Promise<string> {
  const database = `sql:${await mkdtemp(join(folder, "nss-"))}`;
  await succeed("certutil", "-N", "-d", database, "--empty-password");
  return database;
}

function countCertificates(pem: string): number {
  return pem.split("-----BEGIN CERTIFICATE-----").length - 1;
}

const pfxReaders: readonly Reader[] = [
  {
    name: "OpenSSL reads the key, the chain and its order",
    tools: ["openssl"],
    read: async ({ pfxPath, password, identity }) => {
      const command = ["openssl", "pkcs12", "-in", pfxPath, "-passin", `pass:${password}`, "-noenc", "-info"];
      const text = await succeed(...command);
      const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n/g) ?? [];
      assert.equal(blocks.join(""), identity.certPem);
      assert.ok(text.includes(identity.keyPem));
      assert.match(text, /MAC: sha256/);
      assert.equal(text.match(/PBES2, PBKDF2, AES-256-CBC, Iteration \d+, PRF hmacWithSHA256/g)?.length, 2);
    },
  },
  {
    name: "GnuTLS's certtool reads the key and the chain",
    tools: ["certtool"],
    read: async ({ pfxPath, password, identity }) => {
      const text = await succeed("certtool", "--p12-info", "--inder", "--infile", pfxPath, "--password", password);
      assert.equal(countCertificates(text), identity.facts.chain.length);
      assert.match(text, /Type: PKCS #8 Encrypted key/);
      const [input = ""] = text.match(/-----BEGIN ENCRYPTED PRIVATE KEY-----[\s\S]*?-----END .*\n/) ?? [];
      const key = await run(["certtool", "--key-info", "--pkcs8", "--password", password], { input });
      assert.equal(key.code, 0, key.stderr);
      assert.match(key.stdout, /Public Key Info:/);
    },
  },
  {
    name: "NSS's pk12util imports the key and the chain",
    tools: ["pk12util", "certutil"],
    read: async ({ folder, pfxPath, password, identity }) => {
      const database = await makeNssDatabase(folder);
      await succeed("pk12util", "-i", pfxPath, "-d", database, "-W", password);
      assert.match(await succeed("certutil", "-K", "-d", database), /< 0>/);
      const listed = await succeed("certutil", "-L", "-d", database);
      assert.equal(
        listed.match(/^.*\S\s+[a-zA-Z]*,[a-zA-Z]*,[a-zA-Z]*\s*$/gm)?.length,
        identity.facts.chain.length,
        listed,
      );
    },
  },
  {
    name: "Java's keytool reads the key with its chain",
    tools: ["keytool"],
    read: async ({ pfxPath, password, identity }) => {
      const command = ["keytool", "-list", "-v", "-storetype", "PKCS12", "-keystore", pfxPath, "-storepass", password];
      const text = await succeed(...command);
      assert.match(text, /Entry type: PrivateKeyEntry/);
      assert.match(text, new RegExp(`Certificate chain length: ${identity.facts.chain.length}\\b`));
      assert.ok(text.includes(identity.facts.fingerprintSha256));
    },
  },
];

describe("PFX files", () => {
  let folder: string;
  const samples = new Map<string, Sample>();

  async function addSample(name: string, identity: TlsIdentity): Promise<void> {
    const password = randomPassword(crypto);
    const pfxPath = join(folder, `${name}.pfx`);
    const certPath = join(folder, `${name}.pem`);
    await writeFile(pfxPath, await packPfx(crypto, identity, password));
    await writeFile(certPath, identity.certPem);
    samples.set(name, { folder, pfxPath, certPath, password, identity });
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "dispatch-pfx-"));
    const names = { dnsNames: ["mail.example.org", "localhost"], ipAddresses: ["127.0.0.1", "::1"] };
    for (const key of KINDS) {
      await addSample(key, await generateSelfSigned(crypto, { ...names, key, nowMs: Date.now() }));
    }
    await addSample("chain", await TlsIdentity.fromPem(crypto, openssl.leaf.chainPem, openssl.leaf.keyPem));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  function bind(readers: readonly Reader[], names: readonly string[]): void {
    for (const { name, tools, read } of readers) {
      const missing = tools.filter((tool) => findTool(tool) === null);
      if (missing.length > 0) {
        console.log(`left out: ${name} (not installed: ${missing.join(", ")})`);
        continue;
      }
      for (const sample of names) test(`${name}: ${sample}`, () => read(samples.get(sample)!));
    }
  }
  bind(pfxReaders, [...KINDS, "chain"]);
});
