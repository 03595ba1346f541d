/** Addresses a message anew, for APIs that take its recipients from its header section. */
import { parseAddressList } from "../../mail/address_list.ts";
import { GrowingBytes } from "../../mail/growing_bytes.ts";
import { HeaderCollector } from "../../mail/header_collector.ts";
import { foldField } from "../../mail/header_field.ts";
import { fieldValue, type HeaderSection, type ReceivedField } from "../../mail/header_section.ts";
import { formatMailboxes, type Mailbox } from "../../mail/mailbox.ts";
import type { MappedRecipients } from "./mapped_message.ts";

/** Whom a message was sent on to (RFC 5322 section 3.6.6): recipients for some servers, and not for others. */
const resentFields: readonly string[] = ["resent-to", "resent-cc", "resent-bcc"];

/** A message in two parts. */
export interface OpenedMessage {
  readonly section: HeaderSection;
  /** What follows the section, the empty line included. */
  readonly rest: Uint8Array;
}

/** Finds the header section of a stored message. */
export function openMessage(mime: Uint8Array): OpenedMessage {
  const collector = new HeaderCollector();
  return collector.push(mime) ?? collector.end();
}

/**
 * `message` for exactly `recipients`; `Bcc`, in front of all, names those who are in neither `To` nor `Cc`.
 *
 * All but the fields that say who gets it stays byte for byte, and so do `To` and `Cc` where they name nobody else.
 */
export function readdress({ section, rest }: OpenedMessage, recipients: MappedRecipients): Uint8Array<ArrayBuffer> {
  const bytes = new GrowingBytes();
  const writing = new Map([
    ["to", { name: "To", mailboxes: recipients.to }],
    ["cc", { name: "Cc", mailboxes: recipients.cc }],
  ]);
  const counts = new Map<string, number>();
  for (const { name } of section.fields) counts.set(name, (counts.get(name) ?? 0) + 1);
  bytes.append(formatField("Bcc", recipients.bcc));
  let start = 0;
  for (const field of section.fields) {
    // Lines that are no fields may stand between.
    bytes.append(section.bytes.subarray(start, field.start));
    start = field.end;
    const written = writing.get(field.name);
    if (written !== undefined && !isWhole(section, field, counts, written.mailboxes)) {
      bytes.append(formatField(written.name, written.mailboxes));
      // Of several fields of that name, which no message may have, one is left.
      writing.set(field.name, { ...written, mailboxes: [] });
    } else if (field.name !== "bcc" && !resentFields.includes(field.name)) {
      bytes.append(section.bytes.subarray(field.start, field.end));
    }
  }
  bytes.append(section.bytes.subarray(start));
  bytes.append(rest);
  return bytes.bytes;
}

/** What {@link readdress} leaves out, beside names in `To` and `Cc`. */
export function fieldsLeftOut({ section }: OpenedMessage): string[] {
  const left = section.fields.filter(({ name }) => resentFields.includes(name));
  return [...new Set(left.map(({ name }) => `header ${name}`))];
}

function isWhole(
  section: HeaderSection,
  field: ReceivedField,
  counts: ReadonlyMap<string, number>,
  mailboxes: readonly Mailbox[],
): boolean {
  return counts.get(field.name) === 1 && parseAddressList(fieldValue(section, field)).length === mailboxes.length;
}

function formatField(name: string, mailboxes: readonly Mailbox[]): Uint8Array {
  return new TextEncoder().encode(mailboxes.length === 0 ? "" : foldField(name, formatMailboxes(mailboxes)));
}
