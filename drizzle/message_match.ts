/** What is asked of the full-text index: the terms that a row of the message log must have. */
import { type SQL, sql } from "drizzle-orm";
import type { MessageLogQuery } from "../core/history/message_log.ts";
import { phraseTerms, type ValueField, valueTerm, type WordField } from "./message_terms.ts";
import type { Orm } from "./orm.ts";
import { type Phrase, phrasesOf } from "./search_words.ts";

/** So many words that begin alike are looked for one by one. */
const maxWordsOfStart = 200;
/** Of more words the index makes a list of all their places, which takes long when there are more than so many. */
const maxPlacesOfStart = 20_000;
/** Sorts after all that begins as a term does. */
const end = "\u{10ffff}";

/** What the index is asked, and what each row that it names is asked then. */
export interface RowMatch {
  /** The expression for the index; `null`: all rows. */
  readonly expression: string | null;
  /** Phrases that a row must have in one of the fields. */
  readonly phrases: readonly PhraseSearch[];
}

/** A phrase that is looked for in several fields. */
interface PhraseSearch {
  readonly fields: readonly WordField[];
  readonly phrase: Phrase;
}

/** Fields of a query that hold words: where those are looked for, and whether they are starts of words without a `*`. */
const wordSearches = [
  { name: "sender", fields: ["sender"], areStarts: true },
  { name: "recipient", fields: ["recipient"], areStarts: true },
  { name: "subject", fields: ["subject"], areStarts: false },
  { name: "text", fields: ["subject", "error", "response"], areStarts: false },
] as const;
const valueSearches: readonly (Exclude<ValueField, "apiKeyId"> & keyof MessageLogQuery)[] = [
  "event",
  "id",
  "messageId",
  "domain",
  "tag",
  "relay",
  "rule",
  "source",
  "clientAddress",
  "smtpUser",
];

/**
 * What rows must have; `null` when no row can have it.
 *
 * Expressions are of https://sqlite.org/fts5.html#full_text_query_syntax; whatever the query holds, only quoted terms
 * get into them. The start of very many words is left to the rows, which many of them have; the index is asked for what
 * stands before it alone.
 */
export async function matchOf(orm: Orm, query: MessageLogQuery): Promise<RowMatch | null> {
  const conditions = valueConditions(query);
  const phrases: PhraseSearch[] = [];
  for (const search of phraseSearches(query)) {
    if (search === null) return null;
    const choices = await Promise.all(search.fields.map((field) => phraseConditions(orm, field, search.phrase)));
    if (!choices.includes("rows")) {
      conditions.push(anyOf(choices.flat()));
      continue;
    }
    phrases.push(search);
    if (search.phrase.words.length > 1)
      conditions.push(anyOf(search.fields.map((field) => beginningOf(field, search.phrase))));
  }
  if (conditions.includes("")) return null;
  const expression = conditions.length === 0 ? null : [...new Set(conditions)].join(" AND ");
  return { expression, phrases };
}

function valueConditions(query: MessageLogQuery): string[] {
  const conditions = valueSearches.flatMap((field) => {
    const value = query[field];
    return value === undefined ? [] : [quoted([valueTerm(field, value)])];
  });
  const keys = query.apiKeyIds?.map((id) => quoted([valueTerm("apiKeyId", id)]));
  return keys === undefined ? conditions : [...conditions, anyOf(keys)];
}

/** What the query looks for by words; `null` for a text without any. */
function phraseSearches(query: MessageLogQuery): (PhraseSearch | null)[] {
  return wordSearches.flatMap(({ name, fields, areStarts }) => {
    const text = query[name];
    if (text === undefined) return [];
    const phrases = phrasesOf(text, areStarts);
    return phrases.length === 0 ? [null] : phrases.map((phrase) => ({ fields, phrase }));
  });
}

/** The phrase with each word that it may end in; `"rows"` when it has to be looked for in the rows themselves. */
async function phraseConditions(orm: Orm, field: WordField, phrase: Phrase): Promise<string[] | "rows"> {
  const terms = phraseTerms(field, phrase);
  const last = terms.pop()!;
  const found = phrase.isStart ? await termsFrom(orm, last) : [last];
  if (found.length > maxWordsOfStart) {
    return (await hasManyPlaces(orm, last)) ? "rows" : [`${quoted([...terms, last])} *`];
  }
  if (terms.length > 0 && found.length > 0) {
    // The index compares the places of such words row by row, to the very end where they never meet.
    if (
      await areInMostRows(orm, [...terms.map((term) => quoted([term])), anyOf(found.map((term) => quoted([term])))])
    ) {
      return "rows";
    }
  }
  return found.map((term) => quoted([...terms, term]));
}

/** Whether each expression fits two fifths of the newest 2,500 rows, and so, most likely, of all. */
async function areInMostRows(orm: Orm, expressions: readonly string[]): Promise<boolean> {
  const [newest] = await orm.values<[number]>(sql`SELECT seq FROM message_event ORDER BY seq DESC LIMIT 1 OFFSET 2499`);
  if (newest === undefined) return false;
  for (const expression of expressions) {
    const [fitting] = await orm.values<[number]>(
      sql`SELECT rowid FROM message_search WHERE message_search MATCH ${expression} ORDER BY rowid DESC LIMIT 1 OFFSET 999`,
    );
    if (fitting === undefined || fitting[0] < newest[0]) return false;
  }
  return true;
}

/** The phrase without the word that may go on. */
function beginningOf(field: WordField, phrase: Phrase): string {
  return quoted(phraseTerms(field, phrase).slice(0, -1));
}

async function hasManyPlaces(orm: Orm, start: string): Promise<boolean> {
  const places = sql`SELECT 1 FROM message_term WHERE term >= ${start} AND term < ${start + end} LIMIT ${maxPlacesOfStart}`;
  const [counted] = await orm.values<[number]>(sql`SELECT count(*) FROM (${places})`);
  return counted?.[0] === maxPlacesOfStart;
}

/** The terms of the index that begin with `start`, up to one more than are looked for one by one. */
async function termsFrom(orm: Orm, start: string): Promise<string[]> {
  const next = (from: SQL) =>
    sql`(SELECT term FROM message_term WHERE term >= ${from} AND term < ${start + end} LIMIT 1)`;
  const rows = await orm.values<[string]>(sql`
    WITH RECURSIVE found (term) AS (
      SELECT ${next(sql`${start}`)}
      UNION ALL
      SELECT ${next(sql`found.term || char(1)`)} FROM found WHERE found.term IS NOT NULL
    )
    SELECT term FROM found WHERE term IS NOT NULL LIMIT ${maxWordsOfStart + 1}`);
  return rows.map(([term]) => term);
}

function quoted(terms: readonly string[]): string {
  return `"${terms.join(" ")}"`;
}

/** `""` when there is no choice. */
function anyOf(choices: readonly string[]): string {
  return choices.length === 0 ? "" : `(${choices.join(" OR ")})`;
}
