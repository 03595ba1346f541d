/** Other programs read the PFX files that Dispatch writes. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { generateSelfSigned, type KeyKind, packPfx, randomPassword, TlsIdentity } from "../../core/certificate/mod.ts";
import { findTool, run } from "../support/e2e_process.ts";
import { projectRoot } from "../support/e2e_project_files.ts";
import { issueChain } from "../support/openssl_chain.ts";

/** A file on disk, and what has to be found in it. */
interface Sample {
  readonly folder: string;
  readonly pfxPath: string;
  readonly password: string;
  readonly isTyped: boolean;
  readonly identity: TlsIdentity;
}

/** One act of another program. */
interface Reader {
  readonly name: string;
  /** Programs that it needs; where one is missing the tests are left out, and that is said. */
  readonly tools: readonly string[];
  /** Java before 25 has no keystore, its own included, under a password beyond ASCII (JDK-8348732). */
  readonly isAsciiOnly?: boolean;
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
    read: async ({ pfxPath, password, isTyped, identity }) => {
      const command = ["openssl", "pkcs12", "-in", pfxPath, "-passin", `pass:${password}`, "-noenc", "-info"];
      const text = await succeed(...command);
      const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n/g) ?? [];
      assert.equal(blocks.join(""), identity.certPem);
      assert.ok(text.includes(identity.keyPem));
      const encryption = `PBES2, PBKDF2, AES-256-CBC, Iteration ${isTyped ? 600_000 : 2048}, PRF hmacWithSHA256`;
      assert.equal(text.split(encryption).length - 1, 2, text);
      assert.match(text, isTyped ? /MAC: sha256, Iteration 200000/ : /MAC: sha256, Iteration \d+/);
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
    isAsciiOnly: true,
    read: async ({ pfxPath, password, identity }) => {
      const options = ["-storetype", "PKCS12", "-keystore", pfxPath, "-storepass", password];
      // Without the compiler that makes long runs faster, a short one takes half the time.
      const command = ["keytool", "-J-XX:TieredStopAtLevel=1", "-list", "-v", ...options];
      const text = await succeed(...command);
      assert.match(text, /Entry type: PrivateKeyEntry/);
      assert.match(text, new RegExp(`Certificate chain length: ${identity.facts.chain.length}\\b`));
      assert.ok(text.includes(identity.facts.fingerprintSha256));
    },
  },
];

const programs = `${projectRoot}node_modules/.bin`;

/** A runtime serves the identity from the file, as far as a client can tell. */
function runtimeReader(name: string, program: string): Reader {
  return {
    name: `${name}'s node:tls serves the whole chain from it`,
    tools: [],
    read: async ({ pfxPath, password, identity }) => {
      const command = [`${programs}/${program}`, `${projectRoot}tests/formats/clients/pfx_server.ts`];
      const fingerprints = (await succeed(...command, pfxPath, password)).trim().split("\n");
      assert.deepEqual(
        fingerprints,
        identity.facts.chain.map(({ fingerprintSha256 }) => fingerprintSha256),
      );
    },
  };
}
const readers = [...pfxReaders, runtimeReader("Node", "node"), runtimeReader("Bun", "bun")];

/** Those of exports. Beyond ASCII a file has two encodings of one: UTF-8 for what is encrypted, UTF-16 for the MAC. */
const passphrases = { "an export": "correct horse battery", "an export beyond ASCII": "Пароль-密码-é" };
const asciiSamples = [...KINDS, "a chain of four (ec)", "a chain of four (rsa)", "an export"];

describe("PFX files", () => {
  let folder: string;
  const samples = new Map<string, Sample>();

  async function addSample(name: string, identity: TlsIdentity, passphrase?: string): Promise<void> {
    const password = passphrase ?? randomPassword(crypto);
    const pfxPath = join(folder, `${name}.pfx`);
    const isTyped = passphrase !== undefined;
    await writeFile(pfxPath, await packPfx(crypto, identity, password, { isTyped }));
    samples.set(name, { folder, pfxPath, password, isTyped, identity });
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "dispatch-pfx-"));
    const names = { dnsNames: ["mail.example.org", "localhost"], ipAddresses: ["127.0.0.1", "::1"] };
    for (const key of KINDS) {
      await addSample(key, await generateSelfSigned(crypto, { ...names, key, nowMs: Date.now() }));
    }
    for (const key of ["ec", "rsa"] as const) {
      const { certificates, keyPem } = await issueChain(folder, key, 4);
      const identity = await TlsIdentity.fromPem(crypto, certificates.join(""), keyPem);
      await addSample(`a chain of four (${key})`, identity);
      if (key === "rsa") continue;
      for (const [name, passphrase] of Object.entries(passphrases)) await addSample(name, identity, passphrase);
    }
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const { name, tools, isAsciiOnly, read } of readers) {
    const missing = ["openssl", ...tools].filter((tool) => findTool(tool) === null);
    if (missing.length > 0) {
      console.log(`left out: ${name} (not installed: ${missing.join(", ")})`);
      continue;
    }
    for (const sample of isAsciiOnly ? asciiSamples : [...asciiSamples, "an export beyond ASCII"]) {
      test(`${name}: ${sample}`, () => read(samples.get(sample)!));
    }
  }
});
