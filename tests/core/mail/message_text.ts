/** Text and bytes for the tests of messages: one character is one byte. */

/** The bytes of a text that holds no character above U+00FF. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Chunks as one text. */
export function textOf(chunks: Iterable<Uint8Array>): string {
  let text = "";
  for (const chunk of chunks) for (const byte of chunk) text += String.fromCharCode(byte);
  return text;
}
