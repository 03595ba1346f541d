/** Keys, passphrases and the passwords of PFX files are nowhere to be read. */
import assert from "node:assert/strict";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { parseKeyFile, SecretBox } from "../../../core/secret/mod.ts";
import { run } from "../../support/e2e_process.ts";
import type { Stage } from "../../support/e2e_stage.ts";
import { issueChain } from "../../support/openssl_chain.ts";
import type { Scenario } from "../scenario.ts";

const passphrase = "a passphrase that 1 looks for";
const exportPassphrase = "another passphrase to look for";

/** The passwords of all PFX files of uploads, which only the key file opens. */
async function pfxPasswords({ dataDirectory }: Stage): Promise<string[]> {
  const keyPath = join(dataDirectory, "dispatch.key");
  const box = await SecretBox.fromKey(crypto, parseKeyFile(await readFile(keyPath, "utf8"), keyPath));
  const database = new DatabaseSync(join(dataDirectory, "dispatch.db"), { readOnly: true });
  const rows = database.prepare("SELECT id, sealed_password FROM certificate").all();
  database.close();
  return await Promise.all(rows.map((row) => box.open(`certificate/${row.id}`, String(row.sealed_password))));
}

/** Runs a command that has to succeed; gives what it printed, and all that `ps` showed of processes meanwhile. */
async function watched(stage: Stage, args: readonly string[]): Promise<string> {
  let isOver = false;
  const command = stage.cli(args).finally(() => {
    isOver = true;
  });
  let seen = "";
  while (!isOver) {
    seen += (await run(["ps", "-A", "-ww", "-o", "args"])).stdout;
    await sleep(50);
  }
  const { code, stdout, stderr } = await command;
  assert.match(seen, new RegExp(args.join(" ")));
  assert.equal(code, 0, stderr);
  return seen + stdout + stderr;
}

async function filesUnder(folder: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    if ((await stat(path)).isFile()) found.set(name, await readFile(path));
  }
  return found;
}

/** See the file's first line. */
export const certificateSecrets: readonly Scenario[] = [
  {
    name: "no key, passphrase or PFX password is in what is printed, logged or kept, or in a process's arguments",
    tools: ["openssl", "ps"],
    timeoutMs: 120_000,
    async play(stage) {
      const { certificates, keyPem } = await issueChain(stage.folder, "ec", 2);
      await writeFile(join(stage.folder, "chain.pem"), certificates.join(""));
      await writeFile(join(stage.folder, "key.pem"), keyPem);
      await writeFile(join(stage.folder, "passphrase.txt"), passphrase);
      await writeFile(join(stage.folder, "export.txt"), exportPassphrase);
      const make = ["openssl", "pkcs12", "-export", "-in", "chain.pem", "-inkey", "key.pem", "-out", "chain.pfx"];
      await run([...make, "-passout", "file:passphrase.txt"], { cwd: stage.folder });

      stage.environment.DISPATCH_LOG_LEVEL = "debug";
      const service = await stage.start();
      const wrong = ["cert", "upload", "--pfx", "chain.pfx", "--passphrase-file", "export.txt"];
      const printed = [
        await watched(stage, ["cert", "upload", "--pfx", "chain.pfx", "--passphrase-file", "passphrase.txt"]),
        await watched(stage, ["cert", "upload", "--cert", "chain.pem", "--key", "key.pem"]),
        await watched(stage, ["cert", "export", "--pfx", "--out", "out.pfx", "--passphrase-file", "export.txt"]),
        JSON.stringify(await stage.json("config", "list")),
        JSON.stringify(await stage.json("cert", "history")),
        (await stage.cli(wrong)).stderr,
      ].join("\n");
      const passwords = await pfxPasswords(stage);
      assert.ok(passwords.length >= 2);
      await service.stop();

      const keyLines = keyPem.split("\n").filter((line) => /^[A-Za-z0-9+/=]{30,}$/.test(line));
      assert.ok(keyLines.length > 0);
      const der = Buffer.from(keyLines.join(""), "base64");
      const texts = [passphrase, exportPassphrase, ...passwords, ...keyLines];
      for (const text of texts) {
        assert.ok(!printed.includes(text), "a secret was printed");
        assert.ok(!(service.stdout + service.stderr).includes(text), "a secret was logged");
      }
      // The private part of a key of P-256: 32 bytes from the eighth of its ECPrivateKey on (RFC 5915), at 36 of the whole.
      const scalar = der.subarray(36, 68);
      for (const [name, bytes] of await filesUnder(stage.dataDirectory)) {
        for (const text of texts) assert.ok(!bytes.includes(text), `a secret is in ${name}`);
        assert.ok(!bytes.includes(scalar), `the key is in ${name}`);
      }
    },
  },
];
