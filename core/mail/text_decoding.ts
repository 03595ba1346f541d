/** Text out of the bytes of a part: charsets (RFC 2046 section 4.1.2) and flowed lines (RFC 3676). */
import { decodeWords } from "postal-mime";
import { encodeBase64 } from "../ingest/base64.ts";
import { decodeUnlabelled } from "./header_section.ts";

/** Decodes `bytes`, whose transfer encoding is gone. @param charset as its part names it, `""` where it does not */
export function decodeCharset(bytes: Uint8Array<ArrayBuffer>, charset: string): string {
  const label = charset.replace(/[^\w.:-]/g, "");
  // What is not ASCII in spite of its label is nearly always UTF-8, and what is not UTF-8 nearly always Windows-1252.
  if (label === "" || /^(?:(?:us-)?ascii|utf-?8)$/i.test(label)) return decodeUnlabelled(bytes);
  const decoder = decoderOf(label);
  // postal-mime knows more names of charsets, and what to do with those that nobody knows.
  return decoder === null ? decodeWords(`=?${label}?B?${encodeBase64(bytes)}?=`) : decoder.decode(bytes);
}

/**
 * Joins the lines that were broken for want of room.
 *
 * @param text Lines end in `\n`
 * @param isSpaceExtra Whether the space before such a break was added with it (`DelSp=yes`)
 */
export function joinFlowedLines(text: string, isSpaceExtra: boolean): string {
  const pieces: string[] = [];
  let openDepth = -1;
  for (const line of text.split("\n")) {
    const depth = quoteDepth(line);
    // A space at the start keeps the line from being taken for something else (section 4.4).
    const content = line.slice(line[depth] === " " ? depth + 1 : depth);
    if (depth !== openDepth) {
      const quotes = depth === 0 ? "" : `${">".repeat(depth)} `;
      pieces.push(pieces.length === 0 ? quotes : `\n${quotes}`);
    }
    const isOpen = content.endsWith(" ") && content !== "-- ";
    pieces.push(isOpen && isSpaceExtra ? content.slice(0, -1) : content);
    openDepth = isOpen ? depth : -1;
  }
  return pieces.join("");
}

function quoteDepth(line: string): number {
  let depth = 0;
  while (line[depth] === ">") depth++;
  return depth;
}

function decoderOf(label: string): TextDecoder | null {
  try {
    return new TextDecoder(label);
  } catch {
    return null;
  }
}
