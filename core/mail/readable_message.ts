/** What a stored message says, for an operator to read: header fields, text, HTML that is safe to show, attachments. */
import PostalMime, { type Attachment, decodeWords, type Email } from "postal-mime";
import { makeSafe } from "./safe_html.ts";

/** One file of a message. */
export interface ReadableAttachment {
  /** Place among the attachments, from 0. */
  readonly index: number;
  /** As the message has it: a stranger's choice. `null` when it has none. */
  readonly fileName: string | null;
  readonly contentType: string;
  readonly sizeBytes: number;
  /** Without angle brackets; what the HTML names as `cid:`. `null` when it has none. */
  readonly contentId: string | null;
}

/** A message as far as it can be shown. */
export interface ReadableMessage {
  /** In order, words decoded; at most 500. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** The plain text, `null` when there is none. */
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

const maxHeaders = 500;
/** Characters of a text, or of HTML; more is for a program that is made to read mail. */
const maxTextLength = 512 * 1024;

/** Reads `mime`. @throws {Error} postal-mime's own, where it is nested too deeply or its header section has no end */
export async function readMessage(mime: Uint8Array): Promise<ReadableMessage> {
  const email = await parse(mime);
  const notes: string[] = [];
  const text = email.text === undefined ? null : shorten(email.text, notes);
  if (email.headers.length > maxHeaders)
    notes.push(`Of ${email.headers.length} header fields ${maxHeaders} are shown.`);
  return {
    headers: email.headers.slice(0, maxHeaders).map(({ originalKey, value }) => ({
      name: originalKey,
      value: decodeWords(value),
    })),
    text,
    html: email.html === undefined ? null : showHtml(email.html, notes),
    attachments: email.attachments.map(describe),
    notes,
  };
}

/** The attachment at `index`, or `null`. @throws as {@link readMessage} */
export async function readAttachment(mime: Uint8Array, index: number): Promise<AttachmentFile | null> {
  const attachment = (await parse(mime)).attachments[index];
  return attachment === undefined ? null : { ...describe(attachment, index), bytes: bytesOf(attachment) };
}

/** A message in a message stays whole: it is a file of its own, and its text is not this one's. */
function parse(mime: Uint8Array): Promise<Email> {
  return PostalMime.parse(mime, { forceRfc822Attachments: true, attachmentEncoding: "arraybuffer" });
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
    notes.push("The HTML is nested too deeply to be shown.");
    return null;
  }
}

function shorten(text: string, notes: string[]): string {
  if (text.length <= maxTextLength) return text;
  notes.push(`Of ${text.length} characters of text ${maxTextLength} are shown.`);
  return text.slice(0, maxTextLength);
}

function describe(attachment: Attachment, index: number): ReadableAttachment {
  const { filename, mimeType, contentId } = attachment;
  return {
    index,
    fileName: filename === "" ? null : filename,
    contentType: mimeType,
    sizeBytes: bytesOf(attachment).byteLength,
    contentId: contentId?.replace(/^<|>$/g, "") ?? null,
  };
}

function bytesOf({ content }: Attachment): Uint8Array<ArrayBuffer> {
  return new Uint8Array(content as ArrayBuffer);
}
