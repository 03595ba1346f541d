/** The header section of a message as it arrives: where it ends, which fields it has, byte for byte. */

/** One field of a header section (RFC 5322 section 2.2), its folded lines included. */
export interface ReceivedField {
  /** Lower case. */
  readonly name: string;
  /** Where its lines are in the section's bytes; the last CRLF is before `end`. */
  readonly start: number;
  readonly end: number;
  /** Index after the colon. */
  readonly valueStart: number;
}

/** A whole header section. */
export interface HeaderSection {
  /** The section's lines, without the empty line that ends it. */
  readonly bytes: Uint8Array;
  /** In order. Lines that are no fields are in `bytes` only. */
  readonly fields: readonly ReceivedField[];
  /** Whether the first line is the separator of a mailbox file (`From …`), which is no field. */
  readonly hasMailboxLine: boolean;
}

const fieldStart = /^([!-9;-~]+)[ \t]*:/;
const mailboxLine = /^>*From /;
// One character for each byte, so that positions in the text are positions in the bytes.
const latin1 = new TextDecoder("latin1");

/** Tells whether a header section can start with this line, or as much of it as is there. */
export function startsHeaderSection(line: Uint8Array): boolean {
  const text = latin1.decode(line);
  return fieldStart.test(text) || mailboxLine.test(text);
}

/** Reads the fields of a header section whose newlines are CRLF; lines that are no part of a field are passed over. */
export function parseHeaderSection(bytes: Uint8Array): HeaderSection {
  const text = latin1.decode(bytes);
  const fields: ReceivedField[] = [];
  let start = 0;
  while (start < text.length) {
    const end = fieldEnd(text, start);
    const match = fieldStart.exec(text.slice(start, end));
    if (match !== null) {
      fields.push({ name: match[1]!.toLowerCase(), start, end, valueStart: start + match[0].length });
    }
    start = end;
  }
  return { bytes, fields, hasMailboxLine: mailboxLine.test(text) };
}

/** The name of a field as the message spells it. */
export function fieldName({ bytes }: HeaderSection, { start, name }: ReceivedField): string {
  return latin1.decode(bytes.subarray(start, start + name.length));
}

/** The value of a field: unfolded, trimmed, read as UTF-8, or as Windows-1252 where it is not that. */
export function fieldValue(section: HeaderSection, field: ReceivedField): string {
  const bytes = section.bytes.subarray(field.valueStart, field.end);
  return decodeUnlabelled(bytes)
    .replace(/\r\n(?=[ \t])/g, "")
    .trim();
}

/** The parts of the section that are left without the fields named in `names` (lower case); no byte is copied. */
export function withoutFields(section: HeaderSection, names: ReadonlySet<string>): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let start = 0;
  for (const field of section.fields) {
    if (!names.has(field.name)) continue;
    if (field.start > start) parts.push(section.bytes.subarray(start, field.start));
    start = field.end;
  }
  if (start < section.bytes.length) parts.push(section.bytes.subarray(start));
  return parts;
}

function fieldEnd(text: string, start: number): number {
  let end = start;
  do {
    const newline = text.indexOf("\r\n", end);
    if (newline < 0) return text.length;
    end = newline + 2;
  } while (text[end] === " " || text[end] === "\t");
  return end;
}

/** Text that does not say how it is encoded: UTF-8, or Windows-1252 where it is not that. */
export function decodeUnlabelled(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return latin1.decode(bytes);
  }
}
