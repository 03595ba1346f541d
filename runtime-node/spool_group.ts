/**
 * Messages on their way to the spool's thread, as they travel: the bytes handed over, all else as one text. A clone of
 * the objects would cost both threads twice as much.
 */
import type { NewSpoolMessage } from "../core/spool/mod.ts";

/** A group of messages, to be sent over a port. */
export interface SpoolGroup {
  /** JSON of the messages; those with inline content lack its bytes. */
  readonly messages: string;
  /** Contents of the messages that have them inline, in their order. */
  readonly contents: readonly Uint8Array[];
}

/** Puts messages together for the journey. */
export function encodeSpoolGroup(messages: readonly NewSpoolMessage[]): SpoolGroup {
  const contents: Uint8Array[] = [];
  const bare = messages.map((message) => {
    if (message.content.kind === "large") return message;
    contents.push(message.content.bytes);
    return { ...message, content: { kind: "inline" } };
  });
  return { messages: JSON.stringify(bare), contents };
}

/** The messages of a group that arrived. */
export function decodeSpoolGroup({ messages, contents }: SpoolGroup): NewSpoolMessage[] {
  let next = 0;
  return (JSON.parse(messages) as NewSpoolMessage[]).map((message) =>
    message.content.kind === "large" ? message : { ...message, content: { kind: "inline", bytes: contents[next++]! } },
  );
}
