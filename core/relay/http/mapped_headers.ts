/** The fields of a message that are neither people, nor subject, nor a description of the body. */
import { parseAddressList } from "../../mail/address_list.ts";
import { encodeText } from "../../mail/encoded_word.ts";
import { hasControlCharacter, isFieldName } from "../../mail/header_field.ts";
import { fieldName, fieldValue, type HeaderSection, type ReceivedField } from "../../mail/header_section.ts";
import { formatMailboxes } from "../../mail/mailbox.ts";
import { tagField } from "../../mail/message_facts.ts";
import type { MappedHeader } from "./mapped_message.ts";

/** Expressed otherwise, or of use on the way only: no loss. `Bcc` is nobody's business. */
const silentFields = new Set([
  "from",
  "reply-to",
  "to",
  "cc",
  "bcc",
  "subject",
  "mime-version",
  "content-type",
  "content-transfer-encoding",
  "content-disposition",
  "content-id",
  "content-length",
  "received",
  "return-path",
  tagField,
]);

/** Hold for the message as it was, which an API's rebuilding undoes (RFC 6376, RFC 8617): passed on, they would be broken. */
const brokenFields = /^(?:dkim-signature|domainkey-signature|arc-.+|x-google-dkim-signature)$/;

/** Hold addresses, in which names only are encoded. */
const addressFields =
  /^(?:sender|errors-to|return-receipt-to|disposition-notification-to|resent-(?:from|sender|to|cc))$/;

/** Have a grammar that knows no encoded words. */
const structuredFields = /^(?:message-id|in-reply-to|references|date|list-.+|content-.+|auto-submitted|mime-.+)$/;

/**
 * Reads those fields, in order.
 *
 * @param refuse Is called, with the reason, for a field that could not be written anew
 */
export function mapHeaders(
  section: HeaderSection,
  refuse: (reason: string) => never,
): { headers: MappedHeader[]; omitted: string[] } {
  const headers: MappedHeader[] = [];
  const omitted = new Set<string>();
  for (const field of section.fields) {
    if (silentFields.has(field.name)) continue;
    const name = fieldName(section, field);
    const value = brokenFields.test(field.name) ? null : encodeValue(section, field, refuse);
    if (value === null || !isFieldName(name)) omitted.add(`header ${name.slice(0, 76)}`);
    else headers.push({ name, value });
  }
  return { headers, omitted: [...omitted] };
}

/** The value in ASCII; `null` when the field has no way to say it so. */
function encodeValue(section: HeaderSection, field: ReceivedField, refuse: (reason: string) => never): string | null {
  const value = fieldValue(section, field).replaceAll("\t", " ");
  if (hasControlCharacter(value)) refuse(`its field ${field.name.slice(0, 76)} holds a control character`);
  if (/^[ -~]*$/.test(value)) return value;
  if (structuredFields.test(field.name)) return null;
  return addressFields.test(field.name) ? encodeAddresses(value) : encodeText(value);
}

function encodeAddresses(value: string): string | null {
  const mailboxes = parseAddressList(value).flatMap(({ name, address }) =>
    address === null ? [] : [{ name, address }],
  );
  const text = formatMailboxes(mailboxes);
  return text === "" || !/^[ -~]*$/.test(text) ? null : text;
}
