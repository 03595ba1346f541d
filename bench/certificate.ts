/** The certificate: how long it takes to make one and to check one, and whether a change costs anyone a connection. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bunTarget, nodeTarget, type Target } from "../tests/e2e/target.ts";
import { run } from "../tests/support/e2e_process.ts";
import { projectRoot } from "../tests/support/e2e_project_files.ts";
import { Stage } from "../tests/support/e2e_stage.ts";
import { issueChain } from "../tests/support/openssl_chain.ts";
import type { Figure } from "./figures.ts";
import { connectHttps, connectSmtp, loadTls, type TlsConnect } from "./tls_load.ts";

const swaps = 10;
const clients = 16;
const mostMs = 25;

/** All figures, on both runtimes. */
export async function measureCertificates(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const target of [bunTarget, nodeTarget]) {
    console.log(`certificates on ${target.name}`);
    figures.push(...(await measureTimes(target)), ...(await measureSwaps(target)));
  }
  return figures;
}

async function measureTimes(target: Target): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), "dispatch-bench-"));
  try {
    await writeUpload(folder);
    const [program] = target.command as [string];
    const { code, stdout, stderr } = await run([program, `${projectRoot}bench/certificate_timing.ts`, folder]);
    if (code !== 0) throw new Error(`certificate_timing.ts failed: ${stderr}`);
    const { generateMs, checkMs } = JSON.parse(stdout) as { generateMs: number; checkMs: number };
    return [
      limit(`generate and pack, ${target.name}`, "ms", generateMs, mostMs),
      limit(`unpack and check four, ${target.name}`, "ms", checkMs, mostMs),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A chain of four with its key, as OpenSSL packs it. */
async function writeUpload(folder: string): Promise<void> {
  const { certificates, keyPem } = await issueChain(folder, "ec", 4);
  await writeFile(join(folder, "chain.pem"), certificates.join(""));
  await writeFile(join(folder, "chain.key"), keyPem);
  const files = ["-in", join(folder, "chain.pem"), "-inkey", join(folder, "chain.key")];
  const output = ["-out", join(folder, "chain.pfx"), "-passout", "pass:passphrase"];
  const { code, stderr } = await run(["openssl", "pkcs12", "-export", ...files, ...output]);
  if (code !== 0) throw new Error(`openssl pkcs12 failed: ${stderr}`);
}

/** Connections that fail while the certificate is generated anew, by the command that operators type. */
async function measureSwaps(target: Target): Promise<Figure[]> {
  const stage = await Stage.open(target);
  stage.environment.DISPATCH_LISTENER_MAX_CONNECTIONS_PER_CLIENT = "100";
  try {
    await stage.start();
    return [
      await countFailures(`HTTPS lost in ${swaps} swaps, ${target.name}`, stage, stage.ports.https, connectHttps),
      await countFailures(`STARTTLS lost in ${swaps} swaps, ${target.name}`, stage, stage.ports.smtp, connectSmtp),
    ];
  } finally {
    await stage.close();
  }
}

async function countFailures(name: string, stage: Stage, port: number, connect: TlsConnect): Promise<Figure> {
  const { connections, failures, certificates } = await loadTls(port, connect, clients, swapEachSecond(stage));
  console.log(`  ${name}: ${failures.length} of ${connections} connections, ${certificates} certificates seen`);
  for (const failure of new Set(failures)) console.log(`    ${failure}`);
  // One that nobody saw was not in service: then nothing was measured.
  if (certificates < swaps) throw new Error(`${name}: only ${certificates} certificates were seen`);
  return limit(name, "connections", failures.length, 0);
}

async function swapEachSecond(stage: Stage): Promise<void> {
  for (let swap = 0; swap < swaps; swap++) {
    const second = sleep(1000);
    await stage.json("cert", "generate");
    await second;
  }
}

function limit(name: string, unit: Figure["unit"], dispatch: number, most: number): Figure {
  return { name, unit, dispatch, beside: null, mark: { most } };
}
