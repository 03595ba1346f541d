/** How deep a JSON text nests, found before it is parsed. */

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * Tells whether `json` nests objects and arrays deeper than `limit`; takes time in proportion to its length and no
 * memory. The text need not be valid.
 *
 * Bytes are enough: in UTF-8 no byte of a longer character is a quote, a backslash or a bracket.
 */
export function nestsDeeperThan(json: Uint8Array, limit: number): boolean {
  let depth = 0;
  for (let i = 0; i < json.length; i++) {
    const byte = json[i];
    if (byte === quote) {
      const end = stringEnd(json, i + 1);
      if (end < 0) return false;
      i = end;
    } else if (byte === openBrace || byte === openBracket) {
      if (++depth > limit) return true;
    } else if (byte === closeBrace || byte === closeBracket) {
      depth--;
    }
  }
  return false;
}

/** Index of the quote that ends the string, or -1. */
function stringEnd(json: Uint8Array, from: number): number {
  let end = json.indexOf(quote, from);
  while (end >= 0 && isEscaped(json, end, from)) end = json.indexOf(quote, end + 1);
  return end;
}

function isEscaped(json: Uint8Array, at: number, from: number): boolean {
  let start = at;
  while (start > from && json[start - 1] === backslash) start--;
  return (at - start) % 2 === 1;
}
