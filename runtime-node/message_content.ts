/** The content of a message on its way out: in memory, or a stream that can be opened again. */
import { Readable } from "node:stream";
import { type MessageNeeds, NeedScanner } from "../core/relay/message_needs.ts";

/** See the file's first line. */
export type MessageContent = Uint8Array | (() => ReadableStream<Uint8Array>);

/** Opens the content for sending. */
export function openContent(content: MessageContent): Buffer | Readable {
  if (!(content instanceof Uint8Array)) return Readable.fromWeb(content() as never);
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength);
}

/** What the content needs; of its body nothing is read where `isHeaderEnough`. @throws when it can't be read */
export async function findNeeds(content: MessageContent, isHeaderEnough: boolean): Promise<MessageNeeds> {
  const scanner = new NeedScanner(isHeaderEnough);
  if (content instanceof Uint8Array) scanner.push(content);
  else {
    for await (const chunk of content()) {
      scanner.push(chunk);
      if (scanner.isDone) break;
    }
  }
  return scanner.needs;
}
