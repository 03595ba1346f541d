/** The text forms of JSON values, as they are typed in a shell. */

/** Parses `text` as JSON; `undefined` when it is none (JSON has no `undefined`). */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A SyntaxError is the answer here: the text is a bare word or a comma list.
    return undefined;
  }
}

/** Splits `a, b c` at commas and white space; `""` is the empty list. */
export function splitList(text: string): string[] {
  return text.split(/[\s,]+/).filter((item) => item !== "");
}
