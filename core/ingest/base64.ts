/** Files in base64, as JSON bodies carry them. */
import { encodeBase64Lines } from "../mail/content_transfer.ts";

/** Decodes base64 (RFC 4648 section 4; white space is passed over, padding may be missing), or returns `null`. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | null {
  const binary = decode(text);
  if (binary === null) return null;
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Encodes bytes as base64, with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return new TextDecoder().decode(encodeBase64Lines(bytes));
}

function decode(text: string): string | null {
  try {
    return atob(text);
  } catch {
    return null;
  }
}
