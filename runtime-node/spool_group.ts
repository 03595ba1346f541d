/**
 * Messages on their way to the spool's thread, as they travel: all bytes in one buffer that is handed over, all else as one
 * text. A clone of the objects would cost both threads twice as much, and each buffer has a price of its own.
 */
import { concatBytes } from "@noble/hashes/utils.js";
import type { NewSpoolMessage } from "../core/spool/mod.ts";

/** A group of messages, to be sent over a port. */
export interface SpoolGroup {
  /** JSON of the messages; those with inline content have its size in place of its bytes. */
  readonly messages: string;
  /** Contents of the messages that have them inline, one after the other, in their order. */
  readonly contents: Uint8Array<ArrayBuffer>;
}

type BareMessage = Omit<NewSpoolMessage, "content"> & {
  readonly content:
    | { readonly kind: "large"; readonly name: string }
    | { readonly kind: "inline"; readonly sizeBytes: number };
};

/** Puts messages together for the journey. */
export function encodeSpoolGroup(messages: readonly NewSpoolMessage[]): SpoolGroup {
  const inline = messages.flatMap(({ content }) => (content.kind === "inline" ? [content.bytes] : []));
  const bare = messages.map((message): BareMessage => {
    const { content } = message;
    if (content.kind === "large") return { ...message, content };
    return { ...message, content: { kind: "inline", sizeBytes: content.bytes.byteLength } };
  });
  return { messages: JSON.stringify(bare), contents: concatBytes(...inline) };
}

/** The messages of a group that arrived. */
export function decodeSpoolGroup({ messages, contents }: SpoolGroup): NewSpoolMessage[] {
  let offset = 0;
  return (JSON.parse(messages) as BareMessage[]).map((message) => {
    const { content } = message;
    if (content.kind === "large") return { ...message, content };
    const bytes = contents.subarray(offset, offset + content.sizeBytes);
    offset += content.sizeBytes;
    return { ...message, content: { kind: "inline", bytes } };
  });
}
