/** Running other programs to their end, and waiting for things outside to come true. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** What a program left behind. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a program. */
export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment; default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Given on standard input, which is closed after it. */
  readonly input?: string | Uint8Array;
  /** After this the program is killed, which shows as `signal: "SIGKILL"`; default 60,000. */
  readonly timeoutMs?: number;
}

/** Folders in which Debian keeps the tools, beyond the ones of a user's PATH. */
const toolFolders = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/sbin"];

/** Absolute path of a tool, or `null` where it is not installed. */
export function findTool(name: string): string | null {
  for (const folder of toolFolders) {
    try {
      accessSync(`${folder}/${name}`, constants.X_OK);
      return `${folder}/${name}`;
    } catch {
      // Not here: the next folder is asked.
    }
  }
  return null;
}

/** Runs a program to its end and collects what it printed; a failure of the program is a result, not an error. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const [program, ...args] = command;
  const child = spawn(program as string, args, { cwd: options.cwd, env: options.env ?? process.env });
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  child.stdout.on("data", (chunk: Buffer) => output.stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.stderr.push(chunk));
  // A program may end without reading its input; the broken pipe then says nothing new.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const timer = setTimeout(() => child.kill("SIGKILL"), options.timeoutMs ?? 60_000);
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  return {
    code,
    signal,
    stdout: Buffer.concat(output.stdout).toString(),
    stderr: Buffer.concat(output.stderr).toString(),
  };
}

/**
 * Asks again and again until `question` gives something other than `false`, `null` or `undefined`, and returns that.
 *
 * @param what The end of the sentence "waited in vain for …".
 * @param pauseMs How long it waits before it asks again; 25 by default.
 * @throws after `timeoutMs` (default 20,000).
 */
export async function until<T>(
  what: string,
  question: () => T | Promise<T>,
  timeoutMs = 20_000,
  pauseMs = 25,
): Promise<NonNullable<Exclude<T, false>>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await question();
    if (answer !== false && answer !== null && answer !== undefined) return answer as NonNullable<Exclude<T, false>>;
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await sleep(pauseMs);
  }
}
