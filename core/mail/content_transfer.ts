/** Content in the two encodings that pass every mail server unharmed (RFC 2045 sections 6.7 and 6.8). */

const cr = 0x0d;
const lf = 0x0a;
const equals = 0x3d;
const space = 0x20;
const tab = 0x09;
/** Columns that a line of quoted-printable may fill before its soft break. */
const maxColumns = 75;
const pieceBytes = 32768;
/** The most that one byte of text adds to a piece: a soft break and three characters. */
const widestStep = 6;
const lineInputBytes = 57;
const linesPerPiece = 400;
/** More bytes than there ever are; a small integer, by which division is quick. */
const unbroken = 0x3fffffff;
const hexDigits = new TextEncoder().encode("0123456789ABCDEF");
const base64Digits = new TextEncoder().encode("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

/**
 * Encodes text, as UTF-8, in quoted-printable, piece by piece; lines have at most 76 columns.
 *
 * CR, LF and CRLF each become one line break. `=` stands only before a hex digit or a line break, so no line of the
 * result holds `=_`.
 */
export function* encodeQuotedPrintable(text: string): Generator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  let piece = new Uint8Array(pieceBytes);
  let at = 0;
  let column = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (at + widestStep > pieceBytes) {
      yield piece.subarray(0, at);
      piece = new Uint8Array(pieceBytes);
      at = 0;
    }
    const byte = bytes[i]!;
    if (byte === cr || byte === lf) {
      if (byte === cr && bytes[i + 1] === lf) i++;
      piece[at++] = cr;
      piece[at++] = lf;
      column = 0;
      continue;
    }
    const isLiteral = isPlain(byte) && !(isBlank(byte) && isLineEnd(bytes[i + 1]));
    const width = isLiteral ? 1 : 3;
    if (column + width > maxColumns) {
      piece[at++] = equals;
      piece[at++] = cr;
      piece[at++] = lf;
      column = 0;
    }
    if (isLiteral) {
      piece[at++] = byte;
    } else {
      piece[at++] = equals;
      piece[at++] = hexDigits[byte >> 4]!;
      piece[at++] = hexDigits[byte & 15]!;
    }
    column += width;
  }
  yield piece.subarray(0, at);
}

/** Encodes bytes in base64, piece by piece, in lines of 76 columns; the last line has no line break. */
export function* encodeBase64(content: Uint8Array): Generator<Uint8Array> {
  const step = lineInputBytes * linesPerPiece;
  for (let start = 0; start < content.length; start += step) {
    if (start > 0) yield Uint8Array.of(cr, lf);
    yield encodeBase64Lines(content.subarray(start, start + step), lineInputBytes);
  }
}

/**
 * Encodes bytes in base64, whole; the last line has no line break.
 *
 * @param bytesPerLine Bytes that a line stands for, a multiple of three. Default: there is one line
 */
export function encodeBase64Lines(input: Uint8Array, bytesPerLine = unbroken): Uint8Array {
  const digits = 4 * Math.ceil(input.length / 3);
  const lines = Math.max(1, Math.ceil(input.length / bytesPerLine));
  const output = new Uint8Array(digits + 2 * (lines - 1));
  let at = 0;
  for (let i = 0; i < input.length; i += 3) {
    if (i > 0 && i % bytesPerLine === 0) {
      output[at++] = cr;
      output[at++] = lf;
    }
    const left = input.length - i;
    const group = (input[i]! << 16) | ((input[i + 1] ?? 0) << 8) | (input[i + 2] ?? 0);
    output[at++] = base64Digits[group >> 18]!;
    output[at++] = base64Digits[(group >> 12) & 63]!;
    output[at++] = left > 1 ? base64Digits[(group >> 6) & 63]! : equals;
    output[at++] = left > 2 ? base64Digits[group & 63]! : equals;
  }
  return output;
}

function isPlain(byte: number): boolean {
  return (byte >= space && byte <= 0x7e && byte !== equals) || byte === tab;
}

function isBlank(byte: number): boolean {
  return byte === space || byte === tab;
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === undefined || byte === cr || byte === lf;
}
