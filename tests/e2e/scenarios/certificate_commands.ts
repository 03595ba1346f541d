/** The certificate as an operator changes it from a shell, judged by OpenSSL. */
import assert from "node:assert/strict";
import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../support/e2e_process.ts";
import type { Stage } from "../../support/e2e_stage.ts";
import { issueChain } from "../../support/openssl_chain.ts";
import type { Scenario } from "../scenario.ts";

const tools = ["openssl"];
const passphrase = "correct horse";

interface Shown {
  readonly source: string;
  readonly identity: { readonly fingerprintSha256: string; readonly dnsNames: string[]; readonly chain: unknown[] };
  readonly served: { readonly listener: string; readonly fingerprintSha256: string; readonly current: boolean }[];
}

interface Checked {
  readonly ok: boolean;
  readonly findings: { readonly code: string; readonly severity: string; readonly file: string | null }[];
  readonly identity: { readonly dnsNames: string[] } | null;
}

async function openssl({ folder }: Stage, command: string): Promise<string> {
  const result = await run(["openssl", ...command.split(" ")], { cwd: folder });
  assert.equal(result.code, 0, `openssl ${command}\n${result.stderr}`);
  return result.stdout;
}

/**
 * Lays out `leaf.pem` and `key.pem` for mail.example.org, its issuer as `ca.pem`, `chain.pem` with the root before it, a key
 * of somebody else's as `other.pem`, and the key under a passphrase as `locked.pem`.
 */
async function layOut(stage: Stage): Promise<void> {
  const { certificates, rootPem, keyPem } = await issueChain(stage.folder, "ec", 2);
  const [leaf, issuer] = certificates as [string, string];
  const other = await openssl(stage, "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256");
  const files = {
    "leaf.pem": leaf,
    "ca.pem": issuer,
    "chain.pem": rootPem + issuer,
    "key.pem": keyPem,
    "other.pem": other,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(stage.folder, name), text);
  await writeFile(join(stage.folder, "passphrase.txt"), `${passphrase}\n`);
  await openssl(stage, "pkcs8 -topk8 -in key.pem -passout file:passphrase.txt -out locked.pem");
}

async function fingerprintOf(stage: Stage, file: string, form = "pem"): Promise<string> {
  const line = await openssl(stage, `x509 -in ${file} -inform ${form} -noout -fingerprint -sha256`);
  return line.trim().split("=")[1] as string;
}

/** What a client is shown: the number of certificates, and the fingerprint of the first. */
async function handshake(stage: Stage, port: number, ...options: string[]) {
  const command = ["openssl", "s_client", "-connect", `127.0.0.1:${port}`, "-showcerts", ...options];
  const { stdout } = await run(command, { timeoutMs: 15_000 });
  const shown = stdout.match(/-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs) ?? [];
  await writeFile(join(stage.folder, "shown.pem"), `${shown[0]}\n`);
  return { count: shown.length, fingerprint: await fingerprintOf(stage, "shown.pem") };
}

async function assertServed(stage: Stage, fingerprint: string, count: number): Promise<void> {
  const name = ["-starttls", "smtp", "-name", "client.example.org"];
  assert.deepEqual(await handshake(stage, stage.ports.smtp, ...name), { count, fingerprint });
  assert.deepEqual(await handshake(stage, stage.ports.https), { count, fingerprint });
}

const pair = ["--cert", "leaf.pem", "--cert", "chain.pem", "--key", "key.pem"];

/** See the file's first line. */
export const certificateCommands: readonly Scenario[] = [
  {
    name: "cert check works where there is no Dispatch, and creates nothing",
    tools,
    async play(stage) {
      await layOut(stage);
      const before = (await readdir(stage.folder)).toSorted();
      const args = ["cert", "check", ...pair, "--server-name", "mail.example.org", "--json"];
      const checked = await stage.cli(args);
      assert.equal(checked.code, 0, checked.stdout + checked.stderr);
      const { ok, findings, identity } = JSON.parse(checked.stdout) as Checked;
      assert.deepEqual(
        [ok, identity?.dnsNames, findings.map(({ code }) => code).toSorted()],
        [true, ["mail.example.org", "localhost"], ["chain_reordered", "root_included"]],
      );
      const other = await stage.cli(["cert", "check", "--cert", "leaf.pem", "--key", "other.pem"]);
      assert.equal(other.code, 1);
      assert.match(other.stdout, /^Error in other\.pem: The private key does not belong/m);
      assert.match(other.stdout, /\n\nThese files can't be put in service\.\n$/);
      assert.deepEqual((await readdir(stage.folder)).toSorted(), before);
    },
  },
  {
    name: "cert upload serves leaf and chain on SMTP and HTTPS, and what it refuses changes nothing",
    tools,
    isGuest: true,
    async play(stage) {
      stage.onClose(() => stage.perform("cert.remove", {}));
      await layOut(stage);
      const earlier = await stage.json("cert", "history");
      const shown = await stage.json<Shown>("cert", "upload", ...pair);
      const fingerprint = await fingerprintOf(stage, "leaf.pem");
      assert.deepEqual([shown.source, shown.identity.fingerprintSha256], ["uploaded", fingerprint]);
      assert.ok(shown.served.length >= 2 && shown.served.every(({ current }) => current), JSON.stringify(shown.served));
      await assertServed(stage, fingerprint, 2);
      const refused = await stage.cli(["cert", "upload", "--cert", "leaf.pem", "--key", "other.pem"]);
      assert.deepEqual([refused.code, refused.stdout], [1, ""]);
      assert.match(refused.stderr, /The private key does not belong.*\n\nNothing was changed\.\n$/s);
      await assertServed(stage, fingerprint, 2);
      assert.deepEqual(await stage.json("cert", "history"), earlier);
    },
  },
  {
    name: "cert upload without a service is served by the next start, from a key under a passphrase",
    tools,
    async play(stage) {
      await layOut(stage);
      const locked = ["cert", "upload", "--cert", "leaf.pem", "--cert", "ca.pem", "--key", "locked.pem"];
      const without = await stage.cli(locked);
      assert.equal(without.code, 1);
      assert.match(without.stderr, /locked\.pem: .*passphrase/);
      const done = await stage.cli([...locked, "--passphrase-file", "-"], { input: `${passphrase}\n` });
      assert.equal(done.code, 0, done.stderr);
      const service = await stage.start();
      await assertServed(stage, await fingerprintOf(stage, "leaf.pem"), 2);
      assert.doesNotMatch(service.stdout + service.stderr + done.stdout, new RegExp(passphrase));
    },
  },
  {
    name: "cert generate, history, restore and remove lead there and back again",
    tools,
    isGuest: true,
    async play(stage) {
      const automatic = await stage.json<Shown>("cert", "show");
      const first = await stage.json<Shown>("cert", "generate", "--name", "bücher.example.org", "--key", "p384");
      assert.deepEqual([first.source, first.identity.dnsNames], ["generated", ["xn--bcher-kva.example.org"]]);
      const second = await stage.json<Shown>("cert", "generate", "--name", "*.example.org", "--days", "30");
      await assertServed(stage, second.identity.fingerprintSha256, 1);
      const [earlier] = await stage.json<{ id: string; fingerprintSha256: string; replacedBy: string }[]>(
        "cert",
        "history",
      );
      assert.deepEqual(
        [earlier?.fingerprintSha256, earlier?.replacedBy],
        [first.identity.fingerprintSha256, "the command line"],
      );
      await stage.json("cert", "restore", earlier?.id ?? "");
      await assertServed(stage, first.identity.fingerprintSha256, 1);
      const removed = await stage.json<Shown>("cert", "remove");
      assert.deepEqual([removed.source, removed.identity], ["automatic", automatic.identity]);
      await assertServed(stage, automatic.identity.fingerprintSha256, 1);
    },
  },
  {
    name: "cert export writes what OpenSSL reads, the key only under a passphrase and for its owner alone",
    tools,
    async play(stage) {
      await layOut(stage);
      await stage.json("cert", "upload", ...pair);
      const fingerprint = await fingerprintOf(stage, "leaf.pem");
      const pem = await stage.cli(["cert", "export"]);
      await writeFile(join(stage.folder, "printed.pem"), pem.stdout);
      assert.equal(await fingerprintOf(stage, "printed.pem"), fingerprint);
      assert.doesNotMatch(pem.stdout, /PRIVATE KEY/);
      assert.deepEqual(await stage.json("cert", "export", "--format", "der", "--out", "a.cer"), { path: "a.cer" });
      assert.equal(await fingerprintOf(stage, "a.cer", "der"), fingerprint);
      const pfx = ["cert", "export", "--pfx", "--out", "a.pfx", "--passphrase-file", "passphrase.txt"];
      await stage.json(...pfx);
      const opened = await openssl(stage, "pkcs12 -in a.pfx -passin file:passphrase.txt -nodes");
      assert.equal(opened.match(/BEGIN CERTIFICATE/g)?.length, 2);
      assert.match(opened, /BEGIN PRIVATE KEY/);
      const modeOf = async (name: string) => (await stat(join(stage.folder, name))).mode & 0o777;
      assert.deepEqual([await modeOf("a.cer"), await modeOf("a.pfx")], [0o644, 0o600]);
      const refused = await stage.cli(["cert", "export", "--out", "data"]);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /"data" can't be written: it is there already/);
    },
  },
];
