/** How deep, how many and how large the elements of a structure are: known before a recursive reader sees it. Pure. */
import { isConstructed, readHeader, tags } from "./der_element.ts";
import { damaged } from "./obstacle.ts";

/** A PFX whose parts are not encrypted takes 31, down to the names in an extension of a certificate. */
const MAX_DEPTH = 64;
/** 64 certificates take some 10,000. */
export const maxElements = 12_000;
/** An RSA key of 16,384 bits has numbers of 2,049 bytes; readers take quadratic time for larger ones. */
const MAX_INTEGER_BYTES = 4096;
/** The longest in use, those of Microsoft's templates, have 40; they are shown when they are not known. */
const MAX_IDENTIFIER_BYTES = 64;

/** The longest in real certificates, the notice of a policy, has 200 (RFC 5280 section 4.2.1.4). */
const MAX_TEXT_BYTES = 8192;
const textTags: ReadonlySet<number> = new Set([
  tags.utf8String,
  tags.printableString,
  tags.teletexString,
  tags.ia5String,
  tags.universalString,
  tags.bmpString,
]);

/** An element that is open at the moment. */
interface Frame {
  /** Where it ends; of indefinite length: where it has to have ended. */
  readonly end: number;
  readonly isIndefinite: boolean;
  /** A string whose contents look like an element, which readers follow too; they need not be one. */
  readonly isGuess: boolean;
}

/**
 * Returns where the element at the start of `bytes` ends.
 *
 * @throws {Obstacle} `damaged` when it is cut off, its parts do not fit into each other, or it goes beyond the bounds
 */
export function measureElement(bytes: Uint8Array): number {
  return walk(bytes).end;
}

/** Returns how many elements the one at the start of `bytes` is made of, itself included. @throws as {@link measureElement} */
export function countElements(bytes: Uint8Array): number {
  return walk(bytes).count;
}

function walk(bytes: Uint8Array): { readonly end: number; readonly count: number } {
  const open: Frame[] = [];
  let offset = 0;
  let count = 0;
  do {
    const frame = open.at(-1);
    const next = frame === undefined ? null : closeFrame(bytes, offset, frame);
    if (next !== null) {
      open.pop();
      offset = next;
      continue;
    }
    count += 1;
    if (count > maxElements) throw damaged(`it has more than ${maxElements} elements`);
    const guess = open.findLast(({ isGuess }) => isGuess);
    const child = readChild(bytes, offset, frame?.end ?? bytes.length, guess !== undefined);
    if (child === null) {
      if (guess === undefined) throw damaged(describeMisfit(bytes));
      open.length = open.lastIndexOf(guess);
      offset = guess.end;
      continue;
    }
    if (child.frame !== null) open.push(child.frame);
    if (open.length > MAX_DEPTH) throw damaged(`it is nested more than ${MAX_DEPTH} levels deep`);
    offset = child.next;
  } while (open.length > 0);
  return { end: offset, count };
}

/** Where reading goes on when `frame` ends at `offset`, or `null` when it does not end there. */
function closeFrame(bytes: Uint8Array, offset: number, frame: Frame): number | null {
  if (!frame.isIndefinite) return offset === frame.end ? offset : null;
  return bytes[offset] === 0 && bytes[offset + 1] === 0 ? offset + 2 : null;
}

/** Reads the element at `offset`: what to follow of it, if anything, and where to go on; `null` when it does not fit. */
function readChild(
  bytes: Uint8Array,
  offset: number,
  limit: number,
  isGuessed: boolean,
): { frame: Frame | null; next: number } | null {
  const header = offset < limit ? readHeader(bytes, offset) : null;
  if (header === null) return null;
  const { tag, contentStart, length } = header;
  const end = length === null ? limit : contentStart + length;
  if (end > limit || contentStart > limit) return null;
  if (tag === tags.integer && end - contentStart > MAX_INTEGER_BYTES) {
    throw damaged(`it holds a number of more than ${MAX_INTEGER_BYTES} bytes`);
  }
  // What is encrypted can look like a short structure by chance; it is not shown.
  if (tag === tags.objectIdentifier && end - contentStart > MAX_IDENTIFIER_BYTES && !isGuessed) {
    throw damaged(`it holds an identifier of more than ${MAX_IDENTIFIER_BYTES} bytes`);
  }
  if (textTags.has(tag) && end - contentStart > MAX_TEXT_BYTES && !isGuessed) {
    throw damaged(`it holds a text of more than ${MAX_TEXT_BYTES} bytes`);
  }
  const isGuess = tag === tags.octetString && bytes[contentStart] === tags.sequence && contentStart < end;
  const isOpen = isGuess || isConstructed(tag);
  return isOpen
    ? { frame: { end, isIndefinite: length === null, isGuess }, next: contentStart }
    : { frame: null, next: end };
}

function describeMisfit(bytes: Uint8Array): string {
  const header = readHeader(bytes, 0);
  const size = header === null || header.length === null ? null : header.contentStart + header.length;
  if (size !== null && size > bytes.length) return `it ends after ${bytes.length} of ${size} bytes`;
  return "the parts of its ASN.1 do not fit into each other";
}
