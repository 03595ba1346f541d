/** Header fields as they are written: which names are allowed, and how lines are folded (RFC 5322 section 2.2). */

/** The columns after which a line is folded where it can be. */
const foldColumns = 78;

/** Tells whether `name` can name a field: 1–76 printable ASCII characters, no colon. */
export function isFieldName(name: string): boolean {
  return /^[!-9;-~]{1,76}$/.test(name);
}

/** Tells whether `text` holds a control character (C0, DEL or C1): CR, LF, NUL and tab are among them. */
export function hasControlCharacter(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

/**
 * Formats a field, CRLF at its end.
 *
 * Lines are folded before a space, to at most 78 columns where the words allow that. Unfolded, the value is what it was.
 *
 * @param value Without control characters, and without white space at either end
 */
export function foldField(name: string, value: string): string {
  return foldWords(name, wordsOf(value));
}

/** As `foldField`, of words that are not to be broken up; each brings the space before it. */
export function foldWords(name: string, words: readonly string[]): string {
  let folded = `${name}:`;
  let column = folded.length;
  words.forEach((word, index) => {
    // Folding after the colon is avoided where it gains nothing: some readers stumble over an empty first line.
    if (column + word.length > foldColumns && (index > 0 || word.length <= foldColumns)) {
      folded += "\r\n";
      column = 0;
    }
    folded += word;
    column += word.length;
  });
  return `${folded}\r\n`;
}

/** A run of spaces stays with the word after it, so that no folded line is blank. */
function wordsOf(value: string): readonly string[] {
  return ` ${value}`.match(/ +[^ ]+/g) ?? [];
}
