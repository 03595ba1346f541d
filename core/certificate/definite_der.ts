/** BER with indefinite lengths and strings in pieces, as NSS and Java write it, put into the one form of DER. Pure. */
import { concatBytes } from "@noble/hashes/utils.js";
import { measureElement } from "./der_bounds.ts";
import { isConstructed, readHeader, tags } from "./der_element.ts";

/**
 * Returns the element at the start of `bytes` with definite lengths, and octet strings in one piece. What is DER stays
 * byte for byte as it is.
 *
 * @throws {Obstacle} as {@link measureElement}
 */
export function toDefiniteDer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  // The measure bounds the depth of the recursion.
  return rewrite(bytes.subarray(0, measureElement(bytes)), 0).der;
}

interface Rewritten {
  readonly tag: number;
  readonly der: Uint8Array<ArrayBuffer>;
  readonly content: Uint8Array;
  /** Where the element ended. */
  readonly end: number;
}

function rewrite(bytes: Uint8Array, offset: number): Rewritten {
  const { tag, contentStart, length } = readHeader(bytes, offset)!;
  if (!isConstructed(tag)) {
    const end = contentStart + length!;
    return { tag, der: bytes.slice(offset, end), content: bytes.subarray(contentStart, end), end };
  }
  const children: Rewritten[] = [];
  let end = contentStart;
  while (length === null ? bytes[end] !== 0 || bytes[end + 1] !== 0 : end < contentStart + length) {
    const child = rewrite(bytes, end);
    children.push(child);
    end = child.end;
  }
  const isPieces = tag === tags.constructedOctetString;
  const content = concatBytes(...children.map((child) => (isPieces ? child.content : child.der)));
  const isUnchanged = length === content.length && !isPieces;
  const header = isUnchanged
    ? bytes.subarray(offset, contentStart)
    : encodeHeader(isPieces ? tags.octetString : tag, content.length);
  return { tag, der: concatBytes(header, content), content, end: length === null ? end + 2 : end };
}

function encodeHeader(tag: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(tag, length);
  const hex = length.toString(16);
  const bytes = hex.padStart(hex.length + (hex.length % 2), "0").match(/../g)!;
  return Uint8Array.of(tag, 0x80 | bytes.length, ...bytes.map((pair) => Number.parseInt(pair, 16)));
}
