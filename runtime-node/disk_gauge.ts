/** Free space on a disk, asked for at most once a second. */
import { statfsSync } from "node:fs";
import type { Clock, DiskGauge } from "../core/capabilities.ts";

/** How long an answer is good for. */
const freshMs = 1000;

/** {@link DiskGauge} of the disk that holds `directory`. */
export function openDiskGauge(directory: string, clock: Clock): DiskGauge {
  let freeBytes = measure(directory);
  let measuredAtMs = clock.nowMs();
  return {
    freeBytes() {
      if (clock.nowMs() - measuredAtMs >= freshMs) {
        measuredAtMs = clock.nowMs();
        freeBytes = measure(directory);
      }
      return freeBytes;
    },
  };
}

/** One system call on a mounted file system; it takes microseconds. */
function measure(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}
