/** What a process holds on to, once all that it no longer needs is given back. */
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Gives back what is not needed any more. */
async function collectGarbage(): Promise<void> {
  // What has just been awaited is still on the stack of a turn that is not over.
  await sleep(20);
  const { Bun: bun } = globalThis as { Bun?: { gc(force: boolean): void } };
  if (bun !== undefined) return bun.gc(true);
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}

/** Returns the bytes that objects and buffers of this process take. */
export async function measureLiveBytes(): Promise<number> {
  for (let round = 0; round < 3; round++) await collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
