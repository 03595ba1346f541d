/** Which threads go first when processors are short: those that a sender waits for. */
import { readlinkSync } from "node:fs";
import { constants, setPriority } from "node:os";

/**
 * Lets the calling thread go after the others of this process and machine whenever there is more to do than processors
 * can. Costs nothing while there are enough. On Linux, where each thread has a priority of its own; elsewhere nothing.
 */
export function giveWay(): void {
  if (process.platform !== "linux") return;
  const threadId = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
  setPriority(threadId, constants.priority.PRIORITY_BELOW_NORMAL);
}
