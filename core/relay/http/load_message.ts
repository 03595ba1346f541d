/** Reads the content of a message whole: providers' APIs take nothing less. */
import type { LargeFiles } from "../../capabilities.ts";
import type { OutgoingMessage } from "../transport.ts";

/**
 * The stored message, `entry.sizeBytes` of it, in memory.
 *
 * @throws {RangeError} when what is stored has another size
 */
export async function loadMessage(
  { content, entry }: Pick<OutgoingMessage, "content" | "entry">,
  largeFiles: Pick<LargeFiles, "open">,
): Promise<Uint8Array<ArrayBuffer>> {
  if (content.kind === "inline") return new Uint8Array(content.bytes);
  const bytes = new Uint8Array(entry.sizeBytes);
  let length = 0;
  for await (const chunk of largeFiles.open(content.name)) {
    if (length + chunk.byteLength > bytes.byteLength) throw unexpectedSize(bytes.byteLength, "more");
    bytes.set(chunk, length);
    length += chunk.byteLength;
  }
  if (length < bytes.byteLength) throw unexpectedSize(bytes.byteLength, `${length}`);
  return bytes;
}

function unexpectedSize(expected: number, actual: string): RangeError {
  return new RangeError(`Cannot read the stored message as ${expected} bytes: current value is ${actual}`);
}
