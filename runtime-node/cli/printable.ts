/** Text that is safe on a terminal. */

/**
 * Replaces what a terminal could take for a command, or a reader for a line of its own: control and format characters
 * and line separators, as `\u{1b}`. A message's subject is its sender's choice.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}

/** A value as people read it: text as it is, nothing as `-`, the rest as JSON. */
export function display(value: unknown): string {
  if (value === null || value === undefined || value === "") return "-";
  return printable(typeof value === "string" ? value : JSON.stringify(value));
}
