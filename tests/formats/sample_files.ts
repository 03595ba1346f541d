/** The fixtures as files for other programs to put into files, and what Dispatch has to read out of those. */
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import type { MaterialParts } from "../../core/certificate/material.ts";
import { TlsIdentity } from "../../core/certificate/mod.ts";
import { readMaterial } from "../../core/certificate/read_material.ts";
import { decryptTripleDes } from "../../runtime-node/triple_des.ts";
import openssl from "../fixtures/certificate/openssl.json" with { type: "json" };
import { findTool, run } from "../support/e2e_process.ts";

export const passphrase = "correct horse battery staple";

/** A folder with `leaf.key` (P-256), `leaf.pem`, `middle.pem`, `chain.pem` of both, `rsa.key` and `rsa.pem`. */
export class SampleFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Writes the files that the programs start from. */
  async fill(): Promise<void> {
    const { leaf, rsa } = openssl;
    const [leafPem = "", middlePem = ""] = leaf.chainPem.split(/(?<=-----END CERTIFICATE-----\n)/);
    const files = {
      "leaf.key": leaf.keyPem,
      "leaf.pem": leafPem,
      "middle.pem": middlePem,
      "chain.pem": leaf.chainPem,
      "rsa.key": rsa.keyPem,
      "rsa.pem": rsa.certPem,
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(this.path, name), text);
  }

  /** Runs a program in the folder that has to succeed, and returns what it printed. */
  async run(...command: string[]): Promise<string> {
    const { code, stdout, stderr } = await run(command, { cwd: this.path });
    assert.equal(code, 0, `${command.join(" ")}: ${stdout}${stderr}`);
    return stdout + stderr;
  }

  /** Runs a program for which a shell is needed. */
  async shell(command: string): Promise<string> {
    return await this.run("sh", "-c", command);
  }

  /** Reads files of the folder. */
  async read(names: readonly string[], typed: string | null = passphrase): Promise<MaterialParts> {
    const files = await Promise.all(
      names.map(async (name) => ({ name, bytes: new Uint8Array(await readFile(join(this.path, name))) })),
    );
    return await readMaterial({ files, passphrase: typed }, { crypto, decryptTripleDes });
  }

  /** Checks that files hold one key and its certificate first, and nothing that is wrong. */
  async opens(names: readonly string[], typed: string | null = passphrase, certificates = 2): Promise<void> {
    const parts = await this.read(names, typed);
    assert.deepEqual(parts.findings, []);
    assert.deepEqual([parts.certificates.length, parts.keys.length], [certificates, 1]);
    const chain = parts.certificates.map(({ der }) => der);
    const identities = chain.map((leaf) => TlsIdentity.fromDer(crypto, [leaf], parts.keys[0]!.pkcs8Der));
    assert.ok((await Promise.allSettled(identities)).some(({ status }) => status === "fulfilled"));
  }

  /** Checks that a file is refused for its protection, and that the command offered makes one that opens. */
  async isRefused(name: string, protection: RegExp, certificates = 2): Promise<void> {
    const { findings } = await this.read([name]);
    assert.deepEqual(
      findings.map(({ code }) => code),
      ["unsupported_protection"],
    );
    assert.match(findings[0]!.message, protection);
    const command = findings[0]!.remedy.replace(/^Convert it: /, "");
    await this.shell(`${command} -passin 'pass:${passphrase}'`);
    const converted = await this.read(["converted.pem"], null);
    assert.deepEqual(converted.findings, []);
    assert.deepEqual([converted.certificates.length, converted.keys.length], [certificates, 1]);
  }
}

/** Describes what files of some programs have to do; where one is missing the tests are left out, and that is said. */
export function describeFiles(title: string, tools: readonly string[], define: (folder: SampleFolder) => void): void {
  const missing = ["openssl", ...tools].filter((tool) => findTool(tool) === null);
  if (missing.length > 0) {
    console.log(`left out: ${title} (not installed: ${missing.join(", ")})`);
    return;
  }
  describe(title, () => {
    const folder = new SampleFolder(mkdtempSync(join(tmpdir(), "dispatch-material-")));
    before(() => folder.fill());
    after(() => rm(folder.path, { recursive: true, force: true }));
    define(folder);
  });
}
