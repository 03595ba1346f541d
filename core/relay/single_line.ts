/** Foreign text made fit for a log row. */

/** `text` on one line, control characters as spaces, at most `limit` UTF-16 code units; none is half a character. */
export function singleLine(text: string, limit = 500): string {
  return text
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ")
    .trim()
    .slice(0, limit)
    .replace(/[\ud800-\udbff]$/, "");
}
