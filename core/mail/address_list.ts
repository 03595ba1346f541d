/**
 * Addresses as `From`, `To` and `Cc` hold them (RFC 5322 section 3.4).
 *
 * Own code, because the parsers at hand guess: they take `"a@b"@example.org` for `a@b@example.org`, and find addresses in
 * free text and inside encoded words. A relay that guesses sends mail to the wrong people.
 */
import { decodeWords } from "postal-mime";
import { parsePath } from "./address.ts";

/** One entry of an address list. */
export interface ListedAddress {
  /** Display name, decoded; may hold any character. `""` when there is none. */
  readonly name: string;
  /** Normalised as by `parsePath`, or `null` when the entry holds no address. */
  readonly address: string | null;
  /** The entry as it was written. */
  readonly text: string;
}

/**
 * Parses a comma-separated list of addresses; takes time in proportion to its length.
 *
 * Display names, quoted strings, comments, groups (their members are listed, their names are not), encoded words
 * (RFC 2047, in names only), source routes and empty entries are understood, and `;` is taken as a comma. Without angle
 * brackets an entry is an address only when nothing but comments stands beside it.
 *
 * @param text An unfolded header value, or a field of a request
 */
export function parseAddressList(text: string): ListedAddress[] {
  const entries: ListedAddress[] = [];
  let entry = newEntry(0);
  let at = 0;
  while (at < text.length) {
    const end = tokenEnd(text, at);
    const token = text.slice(at, end);
    if (token === "," || token === ";") {
      finishEntry(entry, text.slice(entry.start, at), entries);
      entry = newEntry(end);
    } else if (token === ":") {
      entry = newEntry(end);
    } else {
      addToken(entry, token);
    }
    at = end;
  }
  finishEntry(entry, text.slice(entry.start), entries);
  return entries;
}

interface OpenEntry {
  readonly start: number;
  /** Words outside brackets and comments, as written. */
  readonly words: string[];
  readonly comments: string[];
  readonly paths: string[];
  /** Whether the next token belongs to the last word, with no space between. */
  joined: boolean;
}

function newEntry(start: number): OpenEntry {
  return { start, words: [], comments: [], paths: [], joined: false };
}

function addToken(entry: OpenEntry, token: string): void {
  const first = token[0];
  const isWord = first !== " " && first !== "\t" && first !== "(" && first !== "<";
  if (first === "(") entry.comments.push(token);
  else if (first === "<") entry.paths.push(token);
  else if (isWord && entry.joined) entry.words[entry.words.length - 1] += token;
  else if (isWord) entry.words.push(token);
  entry.joined = isWord;
}

function finishEntry({ words, comments, paths }: OpenEntry, text: string, entries: ListedAddress[]): void {
  if (words.length === 0 && paths.length === 0) return;
  const bare = paths.length === 0 && words.length === 1 ? parsePath(words[0]!) : null;
  const path = paths.length === 1 ? parsePath(unwrapPath(paths[0]!)) : null;
  const phrase = bare === null && words.length > 0 ? words.map(unquote).join(" ") : unwrapComment(comments[0] ?? "");
  entries.push({ name: decodeWords(phrase), address: path ?? bare, text: text.trim() });
}

/** Index after the token that starts at `at`: a special character, white space, a whole quoted or bracketed unit, a word. */
function tokenEnd(text: string, at: number): number {
  switch (text[at]) {
    case ",":
    case ";":
    case ":":
    case " ":
    case "\t":
      return at + 1;
    case '"':
      return quotedEnd(text, at);
    case "(":
      return commentEnd(text, at);
    case "<":
      return closingEnd(text, at, ">");
    case "[":
      return closingEnd(text, at, "]");
    default:
      return wordEnd(text, at);
  }
}

function wordEnd(text: string, at: number): number {
  let end = at + 1;
  while (end < text.length && !',;: \t"(<['.includes(text[end]!)) end++;
  return end;
}

function quotedEnd(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}

function commentEnd(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === "(") depth++;
    else if (text[i] === ")" && --depth === 0) return i + 1;
  }
  return text.length;
}

/** A quoted string inside may hold the closing character. */
function closingEnd(text: string, at: number, closing: string): number {
  let i = at + 1;
  while (i < text.length) {
    if (text[i] === closing) return i + 1;
    i = text[i] === '"' ? quotedEnd(text, i) : i + 1;
  }
  return text.length;
}

function unquote(word: string): string {
  return word.includes('"')
    ? word.replace(/"((?:[^"\\]|\\.)*)"?/gs, (_, content) => content.replace(/\\(.)/gs, "$1"))
    : word;
}

function unwrapComment(comment: string): string {
  return comment.slice(1, -1).replace(/\\(.)/gs, "$1");
}

/** `< a@example.org >` without the brackets; what is never closed, or has a line break, stays as it is: no address. */
function unwrapPath(path: string): string {
  return path.endsWith(">") && !/[\r\n]/.test(path) ? path.slice(1, -1).trim() : path;
}
