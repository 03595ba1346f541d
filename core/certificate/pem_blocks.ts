/** Finds the blocks of PEM (RFC 7468, and RFC 1421 for headers) in text, however the text came about. Pure. */
import { decodeBase64 } from "../ingest/base64.ts";
import { tags } from "./der_element.ts";

/** One block. */
export interface PemBlock {
  /** `CERTIFICATE`, `RSA PRIVATE KEY`, … */
  readonly label: string;
  /** Line at which it begins, from 1. */
  readonly line: number;
  /** Header lines by their names in lower case: `dek-info`. */
  readonly headers: ReadonlyMap<string, string>;
  /** What its base64 holds; empty when it is damaged. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What is wrong with it, as the end of a sentence; `null` when nothing is. */
  readonly damage: string | null;
}

interface Marker {
  readonly isBegin: boolean;
  readonly label: string;
  /** Offsets in the text. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

/** Anything may stand before and after a marker on its line: some programs indent, others put all on one line. */
const MARKER = /-----(BEGIN|END) ([A-Z0-9][A-Z0-9 .#_/]{0,63})-----/g;

/** A megabyte of base64 in lines of 16 characters; each line is looked at. */
const MAX_LINES = 65_536;

/** Tells whether a text has blocks, or what is left of one. */
export function hasPemBlocks(text: string): boolean {
  return text.search(MARKER) !== -1;
}

/** Reads the blocks of a text, in their order; text around them means nothing. */
export function* readPemBlocks(text: string): Generator<PemBlock> {
  const unix = text.replace(/\r\n?/g, "\n");
  let begin: Marker | null = null;
  for (const marker of readMarkers(unix)) {
    if (marker.isBegin) {
      if (begin !== null) yield broken(begin, missing("END", begin));
      begin = marker;
      continue;
    }
    if (begin === null) yield broken(marker, missing("BEGIN", marker));
    else if (begin.label !== marker.label) {
      yield broken(begin, `it ends with -----END ${marker.label}----- in line ${marker.line}`);
    } else yield readBody(begin, unix.slice(begin.end, marker.start));
    begin = null;
  }
  if (begin !== null) yield broken(begin, missing("END", begin));
}

/** Returns the curve (DER) that EC PARAMETERS name for the key at `index`: the nearest before it, or else the first after it. */
export function findCurve(blocks: readonly PemBlock[], index: number): ArrayBuffer | null {
  const isCurve = ({ label, bytes }: PemBlock) => label === "EC PARAMETERS" && bytes[0] === tags.objectIdentifier;
  const curve = blocks.slice(0, index).findLast(isCurve) ?? blocks.slice(index).find(isCurve);
  return curve?.bytes.slice().buffer ?? null;
}

function* readMarkers(text: string): Generator<Marker> {
  let line = 1;
  let counted = 0;
  for (const match of text.matchAll(MARKER)) {
    for (; counted < match.index; counted++) if (text[counted] === "\n") line += 1;
    const [whole, keyword, label] = match;
    yield { isBegin: keyword === "BEGIN", label: label!, start: match.index, end: match.index + whole.length, line };
  }
}

function readBody(begin: Marker, body: string): PemBlock {
  const lines = body.split("\n", MAX_LINES + 1).map((line) => line.trim());
  if (lines.length > MAX_LINES) return broken(begin, `it has more than ${MAX_LINES} lines`);
  const headers = takeHeaders(lines);
  const wrong = lines.findIndex((line) => !/^[A-Za-z0-9+/=\s]*$/.test(line));
  if (wrong !== -1) return broken(begin, `line ${begin.line + wrong} holds a character that does not belong there`);
  const bytes = decodeBase64(lines.join(""));
  if (bytes === null) return broken(begin, "its base64 text is cut short, or has an end in its midst");
  if (bytes.length === 0) return broken(begin, "there is nothing between BEGIN and END");
  return { label: begin.label, line: begin.line, headers, bytes, damage: null };
}

/** Takes the header lines away, which end at an empty line; base64 has no colon. */
function takeHeaders(lines: string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index < lines.length; index++) {
    const [, name, value] = /^([A-Za-z0-9-]+):\s*(.*)$/.exec(lines[index]!) ?? [];
    if (name !== undefined) headers.set(name.toLowerCase(), value!);
    else if (lines[index] !== "") return headers;
    lines[index] = "";
  }
  return headers;
}

function broken({ label, line }: Marker, damage: string): PemBlock {
  return { label, line, headers: new Map(), bytes: new Uint8Array(0), damage };
}

function missing(keyword: "BEGIN" | "END", { label }: Marker): string {
  return `its line -----${keyword} ${label}----- is missing`;
}
