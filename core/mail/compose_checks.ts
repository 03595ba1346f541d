/** What a message to compose must keep to, so that nothing in it can add a header or break a line. */
import { DispatchError } from "../error/mod.ts";
import { parsePath } from "./address.ts";
import { parseAddressList } from "./address_list.ts";
import type { OutgoingMessage } from "./compose.ts";
import { hasControlCharacter, isFieldName } from "./header_field.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Attachment } from "./mime_part.ts";

/** A rule that a value breaks; `message` is the end of a sentence that starts with `path`. */
interface Violation {
  readonly path: string;
  readonly message: string;
}

/** Fields that are made from other parts of a message, or by mail servers: they can't be set by their names. */
const reservedFields = new Set(
  "from to cc bcc reply-to subject mime-version content-type content-transfer-encoding received return-path".split(" "),
);
const mediaType = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;[ -~]*)?$/;
const contentIdText = /^[!-;=?-~]+$/;

/** Checks all of a message at once. @throws {DispatchError} `request_invalid` */
export function checkOutgoingMessage(message: OutgoingMessage): void {
  const { from, to, cc = [], replyTo = [], subject = "", headers = {}, attachments = [] } = message;
  const errors = [
    ...checkMailbox("from", from),
    ...to.flatMap((mailbox, i) => checkMailbox(`to[${i}]`, mailbox)),
    ...cc.flatMap((mailbox, i) => checkMailbox(`cc[${i}]`, mailbox)),
    ...replyTo.flatMap((mailbox, i) => checkMailbox(`replyTo[${i}]`, mailbox)),
    ...checkText("subject", subject),
    ...checkText("messageId", message.messageId),
    ...Object.entries(headers).flatMap(([name, value]) => checkHeader(name, value)),
    ...attachments.flatMap((attachment, i) => checkAttachment(`attachments[${i}]`, attachment)),
  ];
  if (errors.length > 0) throw new DispatchError("request_invalid", { errors });
}

function checkMailbox(path: string, { name, address }: Mailbox): Violation[] {
  const violations = checkText(path, name);
  return parsePath(address) === address ? violations : [...violations, { path, message: "is not an address" }];
}

function checkText(path: string, text: string): Violation[] {
  return hasControlCharacter(text) ? [{ path, message: "must hold no control characters" }] : [];
}

function checkHeader(name: string, value: string): Violation[] {
  const path = `headers.${name}`;
  if (!isFieldName(name)) return [{ path, message: "must be the name of a header field" }];
  if (reservedFields.has(name.toLowerCase())) return [{ path, message: "can't be set here" }];
  if (hasControlCharacter(value)) return [{ path, message: "must hold no control characters" }];
  const isOneAddress = () => {
    const senders = parseAddressList(value);
    return senders.length === 1 && senders[0]!.address !== null;
  };
  return name.toLowerCase() !== "sender" || isOneAddress() ? [] : [{ path, message: "must be one address" }];
}

function checkAttachment(path: string, { filename, contentType, contentId }: Attachment): Violation[] {
  return [
    ...checkText(`${path}.filename`, filename),
    ...(mediaType.test(contentType) ? [] : [{ path: `${path}.contentType`, message: "must be a media type" }]),
    ...(contentId === undefined || contentIdText.test(contentId)
      ? []
      : [{ path: `${path}.contentId`, message: "must be visible ASCII characters without angle brackets" }]),
  ];
}
