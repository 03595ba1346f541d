/** What a word is to searches of the message log: the same when a row is written and when it is looked for. */

/** Longer words are known by their beginning. */
const maxWordLength = 64;
/** What is looked for in a query: a quoted part, or what stands between white space; each may begin something longer. */
const queryPart = /"(?<quoted>[^"]*)"?(?<quotedStart>\*?)|(?<plain>[^\s"]+)/gu;
const wordForm =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[[\p{L}\p{N}]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]]+/gv;

/** Words that stand side by side in a text, in this order. */
export interface Phrase {
  readonly words: readonly string[];
  /** Whether the last word may go on. */
  readonly isStart: boolean;
}

/**
 * The words of `text`: runs of letters and digits, without regard to case, accents and width. Scripts that put no space
 * between words are taken sign by sign.
 */
export function wordsOf(text: string): string[] {
  const folded = text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
  return (folded.match(wordForm) ?? []).map((word) => word.slice(0, maxWordLength));
}

/**
 * The phrases in what somebody looks for. White space is between phrases; all between quotes is one; so is what holds
 * several words otherwise, such as an address. A `*` at the end of a phrase leaves its last word open; `areStarts` does
 * for all without quotes.
 */
export function phrasesOf(query: string, areStarts: boolean): Phrase[] {
  return [...query.matchAll(queryPart)].flatMap(({ groups }) => {
    const { quoted, quotedStart, plain } = groups!;
    const words = wordsOf(quoted ?? plain!);
    const isStart =
      quoted === undefined ? areStarts || plain!.endsWith("*") : quotedStart === "*" || quoted.endsWith("*");
    return words.length === 0 ? [] : [{ words, isStart }];
  });
}
