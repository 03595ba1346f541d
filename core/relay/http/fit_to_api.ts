/** What APIs for mail have in common in what they can't take: each thing is fitted, and what it loses is told. */
import type { MessageFile } from "../../mail/message_body.ts";
import type { MappedHeader, MappedMessage } from "./mapped_message.ts";

/** What is left for the API, and what it lost. */
export interface Fitted<T> {
  readonly value: T;
  /** A few words for each. */
  readonly omitted: readonly string[];
}

/** Stand in for what an API insists on and the message does not have. */
const noSubject = "(no subject)";
const noText = "(no text)";

/**
 * Tells whether a field says when or by whom a message was sent (RFC 5322 sections 3.6.1, 3.6.2 and 3.6.6). APIs write
 * those anew; some refuse the whole message for one of them, as Postmark does ("Header 'Date' not allowed.").
 */
export function isOriginField({ name }: MappedHeader): boolean {
  return /^(?:date|sender|resent-.+)$/i.test(name);
}

/** Fields as a record, for APIs that take each name once; the first of several counts. */
export function fitHeaders(
  headers: readonly MappedHeader[],
  isAllowed: (header: MappedHeader) => boolean = () => true,
): Fitted<Record<string, string>> {
  const value = new Map<string, [name: string, value: string]>();
  const omitted: string[] = [];
  for (const header of headers) {
    const key = header.name.toLowerCase();
    if (value.has(key)) omitted.push(`another header ${header.name}`);
    else if (header.value === "" || !isAllowed(header)) omitted.push(`header ${header.name}`);
    else value.set(key, [header.name, header.value]);
  }
  return { value: Object.fromEntries(value.values()), omitted };
}

/** The files that have content. */
export function fitFiles(attachments: readonly MessageFile[]): Fitted<readonly MessageFile[]> {
  const empty = attachments.filter(({ content }) => content.byteLength === 0);
  return {
    value: attachments.filter(({ content }) => content.byteLength > 0),
    omitted: empty.map(({ filename }) => `file ${filename}, which is empty`),
  };
}

/** What is lost where the type of a file is named without parameters. */
export function lostParameters(files: readonly MessageFile[]): string[] {
  return files.flatMap(({ filename, mediaType, contentType }) => {
    const parameters = contentType.slice(mediaType.length).replace(/^; /, "");
    return parameters === "" ? [] : [`${parameters} of file ${filename}`];
  });
}

/** The texts, none of them blank; one of them at least is there. */
export function fitTexts({ text, html }: MappedMessage): Fitted<{ readonly text?: string; readonly html?: string }> {
  const value = { ...(isBlank(text) ? {} : { text }), ...(isBlank(html) ? {} : { html }) };
  if ("text" in value || "html" in value) return { value, omitted: [] };
  return { value: { text: noText }, omitted: [`that there is no text: it says ${noText}`] };
}

/** A subject that is not blank, cut off at `maxLength` characters. */
export function fitSubject(subject: string, maxLength = Number.POSITIVE_INFINITY): Fitted<string> {
  if (isBlank(subject)) return { value: noSubject, omitted: [`that there is no subject: it says ${noSubject}`] };
  if (subject.length <= maxLength) return { value: subject, omitted: [] };
  return { value: subject.slice(0, maxLength).toWellFormed(), omitted: ["the end of a long subject"] };
}

/** The first `count` tags that fit `form`, each once. */
export function fitTags(tags: readonly string[], count: number, form: RegExp): Fitted<readonly string[]> {
  const all = [...new Set(tags)];
  const value = all.filter((tag) => form.test(tag)).slice(0, count);
  return { value, omitted: all.filter((tag) => !value.includes(tag)).map((tag) => `tag ${tag}`) };
}

function isBlank(text: string | null): text is null | "" {
  return text === null || text.trim() === "";
}
