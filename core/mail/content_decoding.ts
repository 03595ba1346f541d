/** The way back from the encodings that content travels in (RFC 2045 section 6), byte for byte. */

const cr = 0x0d;
const lf = 0x0a;
const space = 0x20;
const tab = 0x09;
const equals = 0x3d;
/** Value of each base64 digit by its code; 64 is none. */
const digitValues = new Uint8Array(256).fill(64);
for (const [value, digit] of [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"].entries()) {
  digitValues[digit.charCodeAt(0)] = value;
}

/** Decodes `content`. @param encoding Value of `Content-Transfer-Encoding`; one that is not known leaves all as it is */
export function decodeContent(content: Uint8Array<ArrayBuffer>, encoding: string): Uint8Array<ArrayBuffer> {
  switch (encoding.trim().toLowerCase()) {
    case "base64":
      return decodeBase64(content);
    case "quoted-printable":
      return decodeQuotedPrintable(content);
    default:
      return content;
  }
}

/** What is no digit is passed over, as RFC 2045 section 6.8 has it; padding starts a new run. */
function decodeBase64(content: Uint8Array): Uint8Array<ArrayBuffer> {
  const output = new Uint8Array(Math.ceil((content.length * 3) / 4));
  let length = 0;
  let bits = 0;
  let count = 0;
  for (let i = 0; i < content.length; i++) {
    const code = content[i]!;
    const value = digitValues[code]!;
    if (value < 64) {
      bits = ((bits << 6) | value) & 0xffffff;
      count += 6;
      if (count >= 8) {
        count -= 8;
        output[length++] = (bits >> count) & 0xff;
      }
    } else if (code === equals) {
      count = 0;
    }
  }
  return output.subarray(0, length);
}

/** White space at the end of a line was added on the way; an `=` that means nothing stays. */
function decodeQuotedPrintable(content: Uint8Array): Uint8Array<ArrayBuffer> {
  const output = new Uint8Array(content.length);
  let length = 0;
  let lineContent = 0;
  for (let i = 0; i < content.length; i++) {
    const byte = content[i]!;
    if (byte === equals) {
      const high = hexValue(content[i + 1]);
      const low = hexValue(content[i + 2]);
      const breakEnd = softBreakEnd(content, i + 1);
      if (high >= 0 && low >= 0) {
        output[length++] = high * 16 + low;
        i += 2;
      } else if (breakEnd > 0) {
        i = breakEnd - 1;
      } else {
        output[length++] = byte;
      }
      lineContent = length;
    } else if (byte === cr || byte === lf) {
      if (byte === cr || content[i - 1] !== cr) length = lineContent;
      output[length++] = byte;
      lineContent = length;
    } else {
      output[length++] = byte;
      if (byte !== space && byte !== tab) lineContent = length;
    }
  }
  return output.subarray(0, lineContent);
}

/** Index after the line break of `=` + white space + line break, or 0. An `=` at the very end is one too. */
function softBreakEnd(content: Uint8Array, at: number): number {
  let end = at;
  while (content[end] === space || content[end] === tab) end++;
  if (end === content.length) return end;
  if (content[end] === cr && content[end + 1] === lf) return end + 2;
  return content[end] === lf ? end + 1 : 0;
}

function hexValue(code: number | undefined): number {
  if (code === undefined) return -1;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code & 0xdf;
  return letter >= 0x41 && letter <= 0x46 ? letter - 0x37 : -1;
}
