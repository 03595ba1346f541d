/** Text that is not ASCII in header fields: encoded words (RFC 2047). */

/** Printable ASCII in which no reader sees an encoded word, and no space that a reader might trim. */
const plainText = /^(?! )(?!.*=\?)[ -~]*(?<! )$/;
/** Words that stand in a phrase without quotes (RFC 5322 section 3.2.5). */
const atoms = /^[\w!#$%&'*+/=?^`{|}~-]+(?: [\w!#$%&'*+/=?^`{|}~-]+)*$/;
/** A longer run that can't be folded might not fit into the 998 bytes of a line (RFC 5322 section 2.1.1). */
const maxPlainWord = 900;
/** Characters of encoded text in one word: with `Subject: ` before and the word's own 12 it stays within a line. */
const maxEncodedLength = 52;
const encoder = new TextEncoder();

/** Encodes the value of an unstructured field, such as `Subject`. Plain ASCII is returned as it is. */
export function encodeText(text: string): string {
  return isPlain(text) ? text : encodeWords(text);
}

/** Encodes a display name (RFC 5322 `phrase`): as it is, in quotes, or as encoded words. */
export function encodePhrase(text: string): string {
  if (!isPlain(text)) return encodeWords(text);
  return atoms.test(text) ? text : `"${text.replace(/["\\]/g, "\\$&")}"`;
}

function isPlain(text: string): boolean {
  if (!plainText.test(text)) return false;
  // A line is folded before a run of spaces, which stays with the word after it.
  return text.length <= maxPlainWord || text.match(/ *[^ ]+/g)!.every((word) => word.length <= maxPlainWord);
}

/** Splits between characters, never inside one: each word must decode by itself (RFC 2047 section 5). */
function encodeWords(text: string): string {
  const encoding = shorterEncoding(text);
  const words: string[] = [];
  let word = "";
  let length = 0;
  for (const character of text.toWellFormed()) {
    const cost = encoding.cost(character);
    if (length + cost > maxEncodedLength) {
      words.push(encoding.encode(word));
      word = "";
      length = 0;
    }
    word += character;
    length += cost;
  }
  words.push(encoding.encode(word));
  return words.join(" ");
}

interface WordEncoding {
  /** How many characters of encoded text a character takes. */
  readonly cost: (character: string) => number;
  readonly encode: (word: string) => string;
}

const base64: WordEncoding = {
  cost: (character) => (encoder.encode(character).length * 4) / 3,
  encode: (word) => `=?UTF-8?B?${btoa(String.fromCharCode(...encoder.encode(word)))}?=`,
};

const quotedPrintable: WordEncoding = {
  cost: (character) => quote(character).length,
  encode: (word) => `=?UTF-8?Q?${quote(word)}?=`,
};

function shorterEncoding(text: string): WordEncoding {
  const plainCount = text.match(/[A-Za-z0-9!*+/ -]/g)?.length ?? 0;
  return plainCount * 2 > text.length ? quotedPrintable : base64;
}

/** Only what RFC 2047 section 5 (3) allows in a phrase stays as it is, so that the words can stand anywhere. */
function quote(text: string): string {
  return text.replace(/[^A-Za-z0-9!*+/-]+/gu, (run) =>
    Array.from(encoder.encode(run), (byte) =>
      byte === 0x20 ? "_" : `=${byte.toString(16).toUpperCase().padStart(2, "0")}`,
    ).join(""),
  );
}
