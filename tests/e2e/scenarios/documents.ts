/** The commands of the documents, pasted as they stand. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../support/e2e_process.ts";
import { projectRoot } from "../../support/e2e_project_files.ts";
import type { Stage } from "../../support/e2e_stage.ts";
import type { Scenario } from "../scenario.ts";

/** Lays out the files that the document speaks of: a certificate with its key, and both in a PFX. */
async function layOut({ folder }: Stage): Promise<void> {
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  await write("passphrase.txt", "correct horse\n");
  const key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout privkey.pem";
  const name = "-subj /CN=mail.example.org -addext subjectAltName=DNS:mail.example.org";
  const pfx = "-inkey privkey.pem -in fullchain.pem -passout file:passphrase.txt -out mail.pfx";
  for (const command of [`req -x509 ${key} ${name} -days 90 -out fullchain.pem`, `pkcs12 -export ${pfx}`]) {
    const made = await run(["openssl", ...command.split(" ")], { cwd: folder });
    assert.equal(made.code, 0, made.stderr);
  }
}

async function readBlocks(document: string): Promise<string[]> {
  const text = await readFile(`${projectRoot}docs/${document}`, "utf8");
  return Array.from(text.matchAll(/^```sh\n(.*?)^```$/gms), ([, block]) => block as string);
}

/** The documents' commands. */
export const documents: readonly Scenario[] = [
  {
    name: "every shell block of the documents ends well beside a running service",
    tools: ["sh", "openssl", "curl", "jq"],
    timeoutMs: 120_000,
    async play(stage) {
      await layOut(stage);
      await stage.start();
      const blocks = (await Promise.all(["certificates.md", "admin_api.md", "routing.md"].map(readBlocks))).flat();
      assert.ok(blocks.length >= 8);
      const program = `set -eu\ndispatch() { ${stage.target.command.join(" ")} "$@"; }\n`;
      for (const block of blocks) {
        const script = program + block.replaceAll("localhost:8420", `localhost:${stage.ports.operator}`);
        const result = await run(["sh", "-c", script], { cwd: stage.folder, env: stage.environment });
        assert.equal(result.code, 0, `${block}\n${result.stdout}${result.stderr}`);
      }
      const { source } = await stage.json<{ source: string }>("cert", "show");
      assert.equal(source, "automatic");
    },
  },
];
