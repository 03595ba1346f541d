/**
 * The terms by which the full-text index knows a row of the message log: words, and whole values.
 *
 * A term begins with the mark of its field, so that any combination of fields is one query to the index. The index takes
 * all but ASCII letters, ASCII digits and what is beyond ASCII for spaces: marks, and what stands for other ASCII signs in
 * a value, are from Unicode's private use area.
 */
import type { MessageEvent } from "../core/history/message_event.ts";
import { type Phrase, wordsOf } from "./search_words.ts";

/** Fields that are searched by words. */
export const wordFields = {
  sender: { mark: "\ue000", textsOf: ({ sender }: MessageEvent) => [sender] },
  recipient: { mark: "\ue001", textsOf: ({ recipients }: MessageEvent) => recipients.map(({ address }) => address) },
  subject: { mark: "\ue002", textsOf: ({ subject }: MessageEvent) => [subject] },
  error: { mark: "\ue003", textsOf: ({ error }: MessageEvent) => [error ?? ""] },
  response: { mark: "\ue004", textsOf: ({ response }: MessageEvent) => [response ?? ""] },
} as const;

/** Fields that are searched by whole values, without regard to case. */
export const valueFields = {
  event: { mark: "\ue010", valuesOf: ({ event }: MessageEvent) => [event] },
  id: { mark: "\ue011", valuesOf: ({ id }: MessageEvent) => [id] },
  messageId: { mark: "\ue012", valuesOf: ({ messageId }: MessageEvent) => [messageId] },
  domain: { mark: "\ue013", valuesOf: domainsOf },
  tag: { mark: "\ue014", valuesOf: ({ tags }: MessageEvent) => tags },
  relay: { mark: "\ue015", valuesOf: ({ relay }: MessageEvent) => [relay] },
  rule: { mark: "\ue016", valuesOf: ({ rule }: MessageEvent) => [rule] },
  source: { mark: "\ue017", valuesOf: ({ origin }: MessageEvent) => [origin.source] },
  clientAddress: { mark: "\ue018", valuesOf: ({ origin }: MessageEvent) => [origin.clientAddress] },
  apiKeyId: { mark: "\ue019", valuesOf: ({ origin }: MessageEvent) => [origin.apiKeyId] },
  smtpUser: { mark: "\ue01a", valuesOf: ({ origin }: MessageEvent) => [origin.smtpUser] },
} as const;

/** A field that is searched by words. */
export type WordField = keyof typeof wordFields;
/** A field that is searched by whole values. */
export type ValueField = keyof typeof valueFields;

/** Longer values are known by their beginning. */
const maxValueLength = 250;
/** Stands for the sign with code `n` as U+E100 + n. */
const signs = 0xe100;

/** All terms of `event`, with spaces between. */
export function termsOf(event: MessageEvent): string {
  const words = Object.values(wordFields).flatMap(({ mark, textsOf }) =>
    // A mark alone keeps a phrase from beginning in one text and ending in the next.
    textsOf(event).flatMap((text, index) => [
      ...(index > 0 ? [mark] : []),
      ...wordsOf(text).map((word) => mark + word),
    ]),
  );
  const values = Object.values(valueFields).flatMap(({ mark, valuesOf }) =>
    valuesOf(event).flatMap((value) => (value === null ? [] : [mark + signless(value)])),
  );
  return [...words, ...new Set(values)].join(" ");
}

/** The term of a whole value. */
export function valueTerm(field: ValueField, value: string): string {
  return valueFields[field].mark + signless(value);
}

/** The terms of a phrase. */
export function phraseTerms(field: WordField, { words }: Phrase): string[] {
  return words.map((word) => wordFields[field].mark + word);
}

/** Whether one of the field's texts has the phrase. */
export function hasPhrase(event: MessageEvent, field: WordField, { words, isStart }: Phrase): boolean {
  const last = words.length - 1;
  return wordFields[field].textsOf(event).some((text) =>
    wordsOf(text).some((_, start, found) =>
      words.every((word, index) => {
        const here = found[start + index];
        return isStart && index === last ? here?.startsWith(word) : here === word;
      }),
    ),
  );
}

function signless(value: string): string {
  return value
    .slice(0, maxValueLength)
    .toLowerCase()
    .replaceAll(/[\0-/:-`{-\x7f]/g, (sign) => String.fromCharCode(signs + sign.charCodeAt(0)));
}

/** The domains of sender and recipients, each with all that it is below; a literal is below nothing. */
function domainsOf({ sender, recipients }: MessageEvent): string[] {
  const domains = new Set([sender, ...recipients.map(({ address }) => address)].map(domainOf));
  return [...domains].flatMap((domain) => {
    if (domain === "" || domain.startsWith("[")) return domain === "" ? [] : [domain];
    const labels = domain.split(".");
    return labels.map((_, index) => labels.slice(index).join("."));
  });
}

function domainOf(address: string): string {
  const at = address.lastIndexOf("@");
  return at === -1 ? "" : address.slice(at + 1);
}
