/** Files in base64, as JSON bodies carry them. */

/** Decodes base64 (RFC 4648 section 4; white space is passed over, padding may be missing), or returns `null`. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | null {
  const binary = decode(text);
  if (binary === null) return null;
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** A multiple of three, so that pieces put together are the whole; and few enough for the arguments of one call. */
const pieceBytes = 24_576;

/** Encodes bytes as base64, with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let start = 0; start < bytes.byteLength; start += pieceBytes) {
    pieces.push(btoa(String.fromCharCode(...bytes.subarray(start, start + pieceBytes))));
  }
  return pieces.join("");
}

function decode(text: string): string | null {
  try {
    return atob(text);
  } catch {
    return null;
  }
}
