/**
 * Gives back the memory of buffers that nobody uses any more.
 *
 * Bun's collector goes by its own heap and hardly feels the bytes that sockets and files keep outside of it: 50 senders of
 * 25 MiB made the process grow by 500 MiB of garbage. Node's collector counts them, and needs no help.
 */

/** Bytes that may pass through before the collector is asked to look after them. */
const collectEveryBytes = 32 * 1024 * 1024;

const bun = (globalThis as { Bun?: { gc(isSynchronous: boolean): void } }).Bun;
let passedBytes = 0;

/** Notes that `bytes` of a large message have passed through this thread in buffers. */
export function noteBufferBytes(bytes: number): void {
  passedBytes += bytes;
  if (passedBytes < collectEveryBytes) return;
  passedBytes = 0;
  bun?.gc(true);
}
