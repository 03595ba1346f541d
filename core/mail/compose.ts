/** Composes a message from what a program knows of it: people, a subject, texts, files. */

import { parseAddressList } from "./address_list.ts";
import { checkOutgoingMessage } from "./compose_checks.ts";
import { formatDate } from "./date.ts";
import { encodeText } from "./encoded_word.ts";
import { formatMailboxes, type Mailbox } from "./mailbox.ts";
import { type Attachment, attachmentPart, formatFields, type MimePart, multipart, textPart } from "./mime_part.ts";

/** A message to compose. There is no `bcc`: who is not to be seen stands in the envelope only. */
export interface OutgoingMessage {
  readonly from: Mailbox;
  /** May be empty, as may `cc`; with both empty the message names "undisclosed-recipients". */
  readonly to: readonly Mailbox[];
  readonly cc?: readonly Mailbox[];
  readonly replyTo?: readonly Mailbox[];
  /** Default: `""`, which writes no `Subject`. */
  readonly subject?: string;
  /** With neither `text` nor `html` the text is empty. */
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  /**
   * Further fields by name. `Date` and `Message-ID` take the place of those below; the fields that are made from the rest
   * of this record can't be set.
   */
  readonly headers?: Readonly<Record<string, string>>;
  readonly attachments?: readonly Attachment[];
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly dateMs: number;
  /** Without angle brackets. */
  readonly messageId: string;
}

const lf = 0x0a;
const encoder = new TextEncoder();

/**
 * Composes a message; its chunks are made as they are asked for, so that a large attachment is never encoded whole.
 *
 * Lines end in CRLF and have at most 998 bytes, header lines 78 columns where their words allow it. Texts are
 * quoted-printable, files base64. The structure is `mixed(related(alternative(text, html), inline…), attachment…)`,
 * without the levels that have one part only. All is ASCII but for addresses with a UTF-8 local part.
 *
 * @throws {DispatchError} `request_invalid` with a path for each control character, bad address or bad field name
 */
export function compose(message: OutgoingMessage): Iterable<Uint8Array> {
  checkOutgoingMessage(message);
  return writeMessage(message);
}

function* writeMessage(message: OutgoingMessage): Generator<Uint8Array> {
  const body = bodyPart(message);
  yield encoder.encode(`${formatHeaders(message)}MIME-Version: 1.0\r\n${formatFields(body.fields)}\r\n`);
  let last: Uint8Array | undefined;
  for (last of body.body()) yield last;
  if (last?.at(-1) !== lf) yield encoder.encode("\r\n");
}

function formatHeaders(message: OutgoingMessage): string {
  const { from, to, cc = [], replyTo = [], subject = "", headers = {} } = message;
  const custom = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const nobodyNamed = to.length === 0 && cc.length === 0;
  const fields: [name: string, value: string][] = [
    ["Date", custom.has("date") ? "" : formatDate(message.dateMs)],
    ["From", formatMailboxes([from])],
    ["Reply-To", formatMailboxes(replyTo)],
    ["To", nobodyNamed ? "undisclosed-recipients:;" : formatMailboxes(to)],
    ["Cc", formatMailboxes(cc)],
    ["Subject", encodeText(subject)],
    ["Message-ID", custom.has("message-id") ? "" : `<${message.messageId}>`],
    ...Object.entries(headers).map(
      ([name, value]) => [name, encodeCustomValue(name, value.trim())] as [string, string],
    ),
  ];
  return formatFields(fields.filter(([, value]) => value !== ""));
}

/** `Sender` is the one further field that holds an address; within it only the name may be encoded. */
function encodeCustomValue(name: string, value: string): string {
  if (name.toLowerCase() !== "sender") return encodeText(value);
  return formatMailboxes(parseAddressList(value).map((entry) => ({ name: entry.name, address: entry.address ?? "" })));
}

function bodyPart({ text, html, attachments = [], messageId }: OutgoingMessage): MimePart {
  const isRelated = (file: Attachment) => html !== undefined && file.contentId !== undefined && file.inline !== false;
  const texts = [
    ...(text !== undefined || html === undefined ? [textPart("plain", text ?? "")] : []),
    ...(html !== undefined ? [textPart("html", html)] : []),
  ];
  const shown = group("alternative", messageId, texts);
  const related = group("related", messageId, [shown, ...attachments.filter(isRelated).map(attachmentPart)]);
  return group("mixed", messageId, [related, ...attachments.filter((f) => !isRelated(f)).map(attachmentPart)]);
}

function group(subtype: "mixed" | "related" | "alternative", messageId: string, parts: MimePart[]): MimePart {
  if (parts.length === 1) return parts[0]!;
  // The id makes it differ from the boundaries of other messages, so that this one can be forwarded whole inside them.
  return multipart(subtype, `=_${subtype}_${messageId.replace(/[^\w.]/g, "_").slice(0, 50)}`, parts);
}
