/** Debian's Postfix, the contender to measure beside. */
import { readdirSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pickPort } from "../tests/support/e2e_ports.ts";
import { run, until } from "../tests/support/e2e_process.ts";
import type { Contender } from "./contender.ts";

const script = fileURLToPath(new URL("peers/postfix_relay.sh", import.meta.url));

/** Starts Postfix with everything that it writes in a folder of its own. */
export async function startPostfix(relayPort: number): Promise<Contender> {
  const folder = await mkdtemp(join(tmpdir(), "dispatch-bench-postfix-"));
  // Postfix's processes run as a user of their own, who has to get in.
  await chmod(folder, 0o755);
  const smtpPort = await pickPort();
  await control("start", folder, String(smtpPort), String(relayPort));
  const masterPid = await until("Postfix's master", () => readMasterPid(folder));
  return {
    name: "Postfix",
    smtpPort,
    residentBytes: () => sumMemory(masterPid),
    settle: () => control("empty", folder),
    async stop() {
      await control("stop", folder);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function control(...args: string[]): Promise<void> {
  const { code, stdout, stderr } = await run([script, ...args]);
  if (code !== 0) throw new Error(`postfix_relay.sh ${args[0]} failed: ${stdout}${stderr}`);
}

function readMasterPid(folder: string): number | null {
  try {
    return Number(readFileSync(join(folder, "spool/pid/master.pid"), "utf8").trim()) || null;
  } catch {
    return null;
  }
}

/** Memory of the master and its children; pages that they share are counted once, which is in Postfix's favour. */
function sumMemory(masterPid: number): number {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.reduce((sum, pid) => sum + (belongsTo(pid, masterPid) ? readProportionalBytes(pid) : 0), 0);
}

function belongsTo(pid: string, masterPid: number): boolean {
  if (Number(pid) === masterPid) return true;
  return Number(/^PPid:\s+(\d+)/m.exec(readProc(pid, "status"))?.[1]) === masterPid;
}

function readProportionalBytes(pid: string): number {
  return Number(/^Pss:\s+(\d+) kB/m.exec(readProc(pid, "smaps_rollup"))?.[1] ?? 0) * 1024;
}

function readProc(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    // It has ended since the folder was listed.
    return "";
  }
}
