/** Maps a stored message for APIs that take no MIME. */
import { decodeWords } from "postal-mime";
import { DispatchError } from "../../error/mod.ts";
import { type ListedAddress, parseAddressList } from "../../mail/address_list.ts";
import { fieldValue, type HeaderSection } from "../../mail/header_section.ts";
import type { Mailbox } from "../../mail/mailbox.ts";
import { readBody } from "../../mail/message_body.ts";
import { firstField, type MimeEntity, parseMimeEntity } from "../../mail/mime_entity.ts";
import type { HttpMessage } from "./http_api.ts";
import { mapHeaders } from "./mapped_headers.ts";
import type { MappedMessage } from "./mapped_message.ts";
import { cleanName, placeRecipients } from "./mapped_recipients.ts";

/** Structures that mean something as they are only: taken apart, they are proof of nothing or can't be read. */
const wholeStructures: Readonly<Record<string, string>> = {
  "multipart/signed": "it is signed",
  "multipart/encrypted": "it is encrypted",
  "message/partial": "it is a piece of a larger message",
  "message/external-body": "its content is elsewhere",
};

/** S/MIME (RFC 8551): the whole body is one of these. Beside a text they are a file like others. */
const cryptographicBody = /^application\/(?:x-)?pkcs7-mime$/;

/**
 * Maps `message`, whole, for the recipients of its attempt.
 *
 * @param provider Its name, for the error
 * @throws {DispatchError} `message_inexpressible` when a mapped message could not say what this one says
 */
export async function mapMessage(message: HttpMessage, provider: string): Promise<MappedMessage> {
  const refuse = (what: string): never => {
    throw new DispatchError("message_inexpressible", { provider, what });
  };
  const entity = parseMimeEntity(message.mime, refuse);
  const { section } = entity;
  refuseWholeStructures(entity, refuse);
  const from = mapFrom(section, message.sender, refuse);
  const replyTo = mapReplyTo(section);
  const headers = mapHeaders(section, refuse);
  const placed = placeRecipients(section, message.recipients);
  const subjects = section.fields.filter((field) => field.name === "subject");
  const body = await readBody(entity);
  return {
    from: from.mailbox,
    replyTo: replyTo.mailboxes,
    ...placed,
    subject: cleanName(decodeWords(firstField(section, "subject"))),
    text: body.text,
    html: body.html,
    headers: headers.headers,
    tags: message.tags,
    attachments: body.attachments,
    omitted: [
      // Such APIs have bounces go to a return path of their own.
      ...(message.sender === "" ? ["null sender"] : []),
      ...from.omitted,
      ...replyTo.omitted,
      ...placed.omitted,
      ...(subjects.length > 1 ? ["a second Subject"] : []),
      ...headers.omitted,
      ...body.omitted,
    ],
  };
}

function refuseWholeStructures(entity: MimeEntity, refuse: (what: string) => never): void {
  if (cryptographicBody.test(entity.mediaType.value)) refuse("it is signed or encrypted");
  const check = ({ mediaType, parts }: MimeEntity): void => {
    const reason = wholeStructures[mediaType.value];
    if (reason !== undefined) refuse(reason);
    parts.forEach(check);
  };
  check(entity);
}

/** Without a usable `From` the envelope's sender stands in: devices that leave it away are common. */
function mapFrom(
  section: HeaderSection,
  sender: string,
  refuse: (what: string) => never,
): { mailbox: Mailbox; omitted: string[] } {
  const entries = listed(section, "from");
  const authors = entries.flatMap(({ name, address }) =>
    address === null ? [] : [{ name: cleanName(name), address }],
  );
  if (authors.length > 1) refuse("its From names several people");
  const [mailbox] = authors;
  if (mailbox !== undefined) return { mailbox, omitted: [] };
  if (sender === "") refuse("neither its From nor its envelope names a sender");
  return {
    mailbox: { name: "", address: sender },
    omitted: [`From, which holds no address: ${sender} is in its place`],
  };
}

function mapReplyTo(section: HeaderSection): { mailboxes: Mailbox[]; omitted: string[] } {
  const entries = listed(section, "reply-to");
  const mailboxes = entries.flatMap(({ name, address }) =>
    address === null ? [] : [{ name: cleanName(name), address }],
  );
  const isPartial = mailboxes.length < entries.length;
  return { mailboxes, omitted: isPartial ? ["an entry of Reply-To that holds no address"] : [] };
}

function listed(section: HeaderSection, name: string): ListedAddress[] {
  const fields = section.fields.filter((field) => field.name === name);
  return fields.flatMap((field) => parseAddressList(fieldValue(section, field)));
}
