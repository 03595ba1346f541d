/** What a filling disk means for intake; delivery always goes on. */
import { DispatchError } from "../error/mod.ts";

const mebibyte = 1024 * 1024;

/** Below this a warning is due. */
export const diskWarningBytes = 1024 * mebibyte;

/** Below this each message is held back a little before its answer. */
export const diskSlowBytes = 500 * mebibyte;

/** Below this nothing is taken in. */
export const diskRefuseBytes = 200 * mebibyte;

/** Longest time that an answer is held back. */
const longestDelayMs = 1000;

/** How long to hold back the answer to a message: 0 above 500 MiB, rising evenly to 1 s at 200 MiB. */
export function intakeDelayMs(freeBytes: number): number {
  if (freeBytes >= diskSlowBytes) return 0;
  return Math.min(longestDelayMs, (longestDelayMs * (diskSlowBytes - freeBytes)) / (diskSlowBytes - diskRefuseBytes));
}

/** @throws {DispatchError} `disk_nearly_full` when nothing may be taken in */
export function requireDiskSpace(freeBytes: number): void {
  if (freeBytes < diskRefuseBytes) throw new DispatchError("disk_nearly_full", { freeBytes });
}
