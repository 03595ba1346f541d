/** Text from a certificate, made fit to be shown: it may hold anything, and be of any length. Pure. */

/**
 * Control characters, line and paragraph separators, what turns the direction of text or is not seen at all, and halves
 * of a surrogate pair.
 */
const UNFIT =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Cs}/gu;

/**
 * Returns `text` on one line, with each character that can't be shown as `\` and the hex digits of its UTF-8 bytes (RFC
 * 4514 section 2.4), and cut after `maxLength` characters, which `…` then tells.
 */
export function singleLine(text: string, maxLength: number): string {
  // What is cut off is not looked at: it may be a megabyte.
  const shown = text.slice(0, maxLength).replace(UNFIT, escapeBytes);
  return text.length > maxLength || shown.length > maxLength ? `${shown.slice(0, maxLength - 1)}…` : shown;
}

function escapeBytes(character: string): string {
  const bytes = new TextEncoder().encode(character);
  return Array.from(bytes, (byte) => `\\${byte.toString(16).padStart(2, "0").toUpperCase()}`).join("");
}
