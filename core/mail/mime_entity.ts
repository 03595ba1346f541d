/** The structure of a message: which parts it has, and where their bytes are (RFC 2046). Decodes nothing. */
import { fieldValue, type HeaderSection, parseHeaderSection, startsHeaderSection } from "./header_section.ts";
import { isMediaType, type ParameterizedValue, parameterOf, parseParameterized } from "./media_type.ts";

/** A message, or a part of one. */
export interface MimeEntity {
  readonly section: HeaderSection;
  readonly mediaType: ParameterizedValue;
  /** As it is stored, in its transfer encoding; a view on the message. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** Of a multipart whose delimiters are there; else empty. */
  readonly parts: readonly MimeEntity[];
}

/** Bounds of a structure. Real messages have a depth of six, and some dozen parts. */
const maxDepth = 16;
const maxParts = 1000;
const maxHeaderBytes = 262_144;

const cr = 0x0d;
const lf = 0x0a;
const hyphen = 0x2d;
const space = 0x20;
const tab = 0x09;

/**
 * Reads the structure of `message`, whose lines end in CRLF; a message within it is one part, which is not looked into.
 *
 * A multipart without delimiters is read as text, as RFC 2045 section 5.2 has it for what can't be understood: whatever
 * the message holds is in some part.
 *
 * @param refuse Is called, with the reason, when the structure is out of bounds
 */
export function parseMimeEntity(message: Uint8Array<ArrayBuffer>, refuse: (reason: string) => never): MimeEntity {
  let parts = 0;
  const parse = (bytes: Uint8Array<ArrayBuffer>, depth: number, fallback: string): MimeEntity => {
    if (depth > maxDepth) refuse(`its parts are nested more than ${maxDepth} deep`);
    if (++parts > maxParts) refuse(`it has more than ${maxParts} parts`);
    const bodyStart = findBody(bytes);
    if (bodyStart > maxHeaderBytes) refuse(`a part of it has more than ${maxHeaderBytes} bytes of header fields`);
    const section = parseHeaderSection(bytes.subarray(0, bodyStart));
    const body = bytes.subarray(bodyStart + lineBreakLength(bytes, bodyStart));
    const mediaType = readMediaType(section, fallback);
    if (!mediaType.value.startsWith("multipart/")) return { section, mediaType, body, parts: [] };
    const pieces = splitAtBoundary(body, parameterOf(mediaType, "boundary"));
    if (pieces.length === 0) return { section, mediaType: parseParameterized("text/plain"), body, parts: [] };
    const partFallback = mediaType.value === "multipart/digest" ? "message/rfc822" : "text/plain";
    return { section, mediaType, body, parts: pieces.map((piece) => parse(piece, depth + 1, partFallback)) };
  };
  return parse(message, 0, "text/plain");
}

/** The value of the first field `name` (lower case), `""` when there is none. */
export function firstField(section: HeaderSection, name: string): string {
  const field = section.fields.find((candidate) => candidate.name === name);
  return field === undefined ? "" : fieldValue(section, field);
}

function readMediaType(section: HeaderSection, fallback: string): ParameterizedValue {
  const text = firstField(section, "content-type");
  const parsed = parseParameterized(text === "" ? fallback : text);
  return isMediaType(parsed.value) ? parsed : { ...parsed, value: "text/plain" };
}

/** Index of the empty line after the header section, or of the first line that can't belong to it. */
function findBody(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length && bytes[at] !== cr) {
    const end = lineEnd(bytes, at);
    const isFolded = at > 0 && (bytes[at] === space || bytes[at] === tab);
    if (!isFolded && !startsHeaderSection(bytes.subarray(at, end))) return at;
    at = end;
  }
  return at;
}

function lineBreakLength(bytes: Uint8Array, at: number): number {
  return bytes[at] === cr && bytes[at + 1] === lf ? 2 : 0;
}

function lineEnd(bytes: Uint8Array, at: number): number {
  const newline = bytes.indexOf(lf, at);
  return newline < 0 ? bytes.length : newline + 1;
}

/** What stands between the delimiters, one more than is allowed at most; a part that is never closed reaches to the end. */
function splitAtBoundary(body: Uint8Array<ArrayBuffer>, boundary: string): Uint8Array<ArrayBuffer>[] {
  if (boundary === "") return [];
  const delimiter = new TextEncoder().encode(`--${boundary}`);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let start = -1;
  for (let i = 0; i < body.length && pieces.length <= maxParts; i++) {
    if (body[i] !== hyphen || (i > 0 && body[i - 1] !== lf)) continue;
    const kind = delimiterAt(body, i, delimiter);
    if (kind === null) continue;
    // The line break before a delimiter belongs to it (RFC 2046 section 5.1.1).
    if (start >= 0) pieces.push(body.subarray(start, Math.max(start, i - 2)));
    if (kind === "last") return pieces;
    start = lineEnd(body, i);
    i = start - 1;
  }
  if (start >= 0) pieces.push(body.subarray(start));
  return pieces;
}

function delimiterAt(body: Uint8Array, at: number, delimiter: Uint8Array): "next" | "last" | null {
  for (let i = 0; i < delimiter.length; i++) {
    if (body[at + i] !== delimiter[i]) return null;
  }
  let end = at + delimiter.length;
  const isLast = body[end] === hyphen && body[end + 1] === hyphen;
  if (isLast) end += 2;
  while (body[end] === space || body[end] === tab) end++;
  if (end < body.length && body[end] !== cr) return null;
  return isLast ? "last" : "next";
}
