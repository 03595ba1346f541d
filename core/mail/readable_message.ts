/** What a stored message says, for an operator to read: header fields, text, HTML that is safe to show, attachments. */
import { decodeWords } from "postal-mime";
import { fieldName, fieldValue, type HeaderSection } from "./header_section.ts";
import { type MessageFile, readBody } from "./message_body.ts";
import { parseMimeEntity } from "./mime_entity.ts";
import { makeSafe } from "./safe_html.ts";

/** One file of a message. */
export interface ReadableAttachment {
  /** Place among the attachments, from 0. */
  readonly index: number;
  /** A stranger's choice, without control characters; one is made up where the message has none. */
  readonly fileName: string;
  /** Media type without parameters: `application/pdf`. */
  readonly contentType: string;
  readonly sizeBytes: number;
  /** Without angle brackets; what the HTML names as `cid:`. `null` when it has none. */
  readonly contentId: string | null;
}

/** A message as far as it can be shown. */
export interface ReadableMessage {
  /** In order, words decoded; at most 500. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** The plain text, lines ended by `\n`; `null` when there is none. */
  readonly text: string | null;
  /** A fragment that runs and loads nothing, `null` when there is none that can be shown. */
  readonly html: string | null;
  readonly attachments: readonly ReadableAttachment[];
  /** What is not shown, and why; a sentence each. */
  readonly notes: readonly string[];
}

/** An attachment with its bytes. */
export interface AttachmentFile extends ReadableAttachment {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Called, with the reason, when the structure of a message is out of bounds. */
type Refuse = (reason: string) => never;

const maxHeaders = 500;
/** Characters of a text, or of HTML; more is for a program that is made to read mail. */
const maxTextLength = 512 * 1024;

/** Reads `mime`, whose lines end in CRLF; a message within it is one of its attachments. */
export async function readMessage(mime: Uint8Array<ArrayBuffer>, refuse: Refuse): Promise<ReadableMessage> {
  const entity = parseMimeEntity(mime, refuse);
  const { text, html, attachments } = await readBody(entity);
  const notes: string[] = [];
  return {
    headers: showHeaders(entity.section, notes),
    text: text === null ? null : shorten(text, notes),
    html: html === null ? null : showHtml(html, notes),
    attachments: attachments.map(describe),
    notes,
  };
}

/** The attachment at `index`, or `null`. */
export async function readAttachment(
  mime: Uint8Array<ArrayBuffer>,
  index: number,
  refuse: Refuse,
): Promise<AttachmentFile | null> {
  const { attachments } = await readBody(parseMimeEntity(mime, refuse));
  const file = attachments[index];
  return file === undefined ? null : { ...describe(file, index), bytes: file.content };
}

function showHeaders(section: HeaderSection, notes: string[]): ReadableMessage["headers"] {
  const { fields } = section;
  if (fields.length > maxHeaders) notes.push(`Of ${fields.length} header fields ${maxHeaders} are shown.`);
  return fields.slice(0, maxHeaders).map((field) => ({
    name: fieldName(section, field),
    value: decodeWords(fieldValue(section, field)),
  }));
}

function showHtml(html: string, notes: string[]): string | null {
  if (html.length > maxTextLength) {
    notes.push(`The HTML has ${html.length} characters and is not shown.`);
    return null;
  }
  try {
    const safe = makeSafe(html);
    const { blockedPictures } = safe;
    if (blockedPictures > 0)
      notes.push(`Pictures that are not part of the message are not loaded: ${blockedPictures}.`);
    return safe.html;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    notes.push("The HTML has too many elements, or is nested too deeply, to be shown.");
    return null;
  }
}

function shorten(text: string, notes: string[]): string {
  if (text.length <= maxTextLength) return text;
  notes.push(`Of ${text.length} characters of text ${maxTextLength} are shown.`);
  return text.slice(0, maxTextLength).toWellFormed();
}

function describe({ filename, mediaType, content, contentId }: MessageFile, index: number): ReadableAttachment {
  return { index, fileName: filename, contentType: mediaType, sizeBytes: content.byteLength, contentId };
}
