/** What is asked of the full-text index: the terms that a row of the message log must have. */
import { type SQL, sql } from "drizzle-orm";
import type { MessageLogQuery } from "../core/history/message_log.ts";
import { phraseTerms, type ValueField, valueTerm, type WordField } from "./message_terms.ts";
import type { Orm } from "./orm.ts";
import { type Phrase, phrasesOf } from "./search_words.ts";

/** So many words that begin alike are looked for one by one; of more the index makes a list of its own, which takes longer. */
const maxWordsOfStart = 200;
/** Sorts after all that begins as a term does. */
const end = "\u{10ffff}";

/** Fields of a query, and the terms that each looks for. */
const wordSearches: readonly (readonly [
  keyof MessageLogQuery & ("sender" | "recipient" | "subject" | "text"),
  readonly WordField[],
])[] = [
  ["sender", ["sender"]],
  ["recipient", ["recipient"]],
  ["subject", ["subject"]],
  ["text", ["subject", "error", "response"]],
];
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
 * The expression for the index (https://sqlite.org/fts5.html#full_text_query_syntax); `null` when the query asks for no
 * term at all, `false` when no row can have what it asks for. Whatever the query holds, only quoted terms get into it.
 */
export async function matchOf(orm: Orm, query: MessageLogQuery): Promise<string | null | false> {
  const conditions: string[] = [];
  for (const field of valueSearches) {
    const value = query[field];
    if (value !== undefined) conditions.push(quoted([valueTerm(field, value)]));
  }
  const keys = query.apiKeyIds?.map((id) => quoted([valueTerm("apiKeyId", id)]));
  if (keys !== undefined) conditions.push(anyOf(keys));
  for (const [name, fields] of wordSearches) {
    const text = query[name];
    if (text === undefined) continue;
    const phrases = phrasesOf(text);
    if (phrases.length === 0) return false;
    for (const phrase of phrases) {
      const choices = await Promise.all(fields.map((field) => phraseConditions(orm, field, phrase)));
      conditions.push(anyOf(choices.flat()));
    }
  }
  if (conditions.includes("")) return false;
  return conditions.length === 0 ? null : [...new Set(conditions)].join(" AND ");
}

/** The phrase with each word that it may end in. */
async function phraseConditions(orm: Orm, field: WordField, phrase: Phrase): Promise<string[]> {
  const terms = phraseTerms(field, phrase);
  if (!phrase.isStart) return [quoted(terms)];
  const last = terms.pop()!;
  const found = await termsFrom(orm, last);
  return found.length > maxWordsOfStart
    ? [`${quoted([...terms, last])} *`]
    : found.map((term) => quoted([...terms, term]));
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
