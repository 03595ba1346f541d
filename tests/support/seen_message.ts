/** A message as its recipients see it, whichever way it was sent. */
import assert from "node:assert/strict";
import PostalMime, { addressParser, type Mailbox } from "postal-mime";

/** One file that comes with a message. */
export interface SeenFile {
  readonly filename: string | null;
  readonly mediaType: string;
  /** Without angle brackets. */
  readonly contentId: string | null;
  readonly content: readonly number[];
}

/** See the file's first line. */
export interface SeenMessage {
  readonly from: Mailbox;
  readonly replyTo: readonly Mailbox[];
  readonly to: readonly Mailbox[];
  readonly cc: readonly Mailbox[];
  readonly subject: string;
  readonly text: string | null;
  readonly html: string | null;
  /** All other fields, names in lower case, in order of names. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly files: readonly SeenFile[];
}

/** Expressed otherwise, or of no interest to anybody who reads the message. */
const ownFields = /^(?:from|reply-to|to|cc|bcc|subject|received|mime-version|content-(?:type|transfer-encoding))$/;

/** What recipients see of `mime`, of which only `recipients` are told: postal-mime reads it. */
export async function seenOf(mime: Uint8Array, recipients: readonly string[]): Promise<SeenMessage> {
  const email = await PostalMime.parse(mime, { forceRfc822Attachments: true });
  const told = (mailboxes: readonly unknown[] = []) =>
    (mailboxes as Mailbox[]).map(asMailbox).filter(({ address }) => recipients.includes(address));
  return {
    from: asMailbox(email.from as Mailbox),
    replyTo: ((email.replyTo ?? []) as Mailbox[]).map(asMailbox),
    to: told(email.to),
    cc: told(email.cc),
    subject: email.subject ?? "",
    text: trimEnd(email.text),
    html: trimEnd(email.html),
    headers: sortFields(email.headers.filter(({ key }) => !ownFields.test(key)).map(({ key, value }) => [key, value])),
    files: email.attachments.map(({ filename, mimeType, contentId, content }) => ({
      filename,
      mediaType: mimeType,
      contentId: contentId?.slice(1, -1) ?? null,
      content: [...new Uint8Array(content as ArrayBuffer)],
    })),
  };
}

/** The same with a date of the provider's, which is nobody's to foresee. */
export function withoutDate(seen: SeenMessage): SeenMessage {
  return { ...seen, headers: seen.headers.filter(([name]) => name !== "date") };
}

/** Fields in the order of their names, which are in lower case then. */
export function sortFields(fields: readonly (readonly [string, string])[]): SeenMessage["headers"] {
  return fields.map(([name, value]) => [name.toLowerCase(), value] as const).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The mailboxes of a list as text, as another reader of such lists has them. */
export function readMailboxes(text: string | undefined): Mailbox[] {
  return text === undefined ? [] : addressParser(text, { flatten: true }).map((each) => asMailbox(each as Mailbox));
}

/** The bytes that base64 stands for; without a line break or anything else that is none. */
export function readBase64(text: string): number[] {
  assert.match(text, /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/);
  return Array.from(atob(text), (character) => character.charCodeAt(0));
}

function asMailbox({ name, address }: Mailbox): Mailbox {
  return { name, address: address.toLowerCase() };
}

function trimEnd(text: string | undefined): string | null {
  return text === undefined ? null : text.replace(/\n$/, "");
}
