/** A finished message that an API client hands over as it is (`message/rfc822`): its envelope, found before it is stored. */
import { DispatchError } from "../error/mod.ts";
import { parsePath } from "../mail/address.ts";
import { parseAddressList } from "../mail/address_list.ts";
import { GrowingBytes } from "../mail/growing_bytes.ts";
import { HeaderCollector } from "../mail/header_collector.ts";
import { hasControlCharacter } from "../mail/header_field.ts";
import { fieldValue, type HeaderSection } from "../mail/header_section.ts";
import { NewlineNormalizer } from "../mail/newline_normalizer.ts";
import type { Submission } from "./intake.ts";
import type { RequestViolation } from "./problem.ts";

/** The start of a message, up to the end of its header section at least. */
export interface MessageStart {
  readonly section: HeaderSection;
  /** The bytes read so far, just as they came. */
  readonly bytes: Uint8Array;
}

/** The envelope that the query names; what it leaves out comes from the headers. */
export interface QueryEnvelope {
  /** `""` and `"<>"` are the null sender. */
  readonly from?: string;
  /** Addresses, or comma lists of them; empty: none named. */
  readonly to: readonly string[];
}

/** The part of a {@link Submission} that a message's headers and query decide. */
export type RawEnvelope = Pick<Submission, "sender" | "recipients"> & { readonly blindRecipients: readonly string[] };

/** Reads until the header section is whole; what follows stays in `chunks`. @throws {DispatchError} `headers_too_large` */
export async function readMessageStart(chunks: AsyncIterator<Uint8Array>): Promise<MessageStart> {
  const normalizer = new NewlineNormalizer("normalize");
  const collector = new HeaderCollector();
  const taken = new GrowingBytes();
  for (;;) {
    const { done, value } = await chunks.next();
    if (done) return { section: collector.end().section, bytes: taken.bytes };
    taken.append(value);
    const collected = collector.push(normalizer.push(value));
    if (collected !== null) return { section: collected.section, bytes: taken.bytes };
  }
}

/**
 * Returns the envelope: the query's, or else the sender of `Sender` or `From` and the recipients of `To`, `Cc` and `Bcc`.
 *
 * @throws {DispatchError} `request_invalid` when an address can't be read, there is no sender, or a field holds control
 *   characters; `no_recipients`
 */
export function envelopeOf(section: HeaderSection, query: QueryEnvelope): RawEnvelope {
  const errors = controlCharacters(section);
  const sender = query.from === undefined ? senderOf(section, errors) : querySender(query.from, errors);
  const queried = query.to.flatMap((list) => queryAddresses(list, errors));
  const isQueried = query.to.length > 0;
  const visible = isQueried ? [] : ["to", "cc"].flatMap((name) => fieldAddresses(section, name, errors));
  const blind = isQueried ? [] : fieldAddresses(section, "bcc", errors);
  if (errors.length > 0) throw new DispatchError("request_invalid", { errors });
  const recipients = [...new Set([...queried, ...visible, ...blind])];
  if (recipients.length === 0) throw new DispatchError("no_recipients", {});
  const seen = new Set(visible);
  return { sender, recipients, blindRecipients: blind.filter((address) => !seen.has(address)) };
}

const noControls = "must hold no control characters";

/** Bytes of 0x80 and more are text in whatever charset, and a tab is white space. */
const controlCharacter = /[^\P{Cc}\t\u0080-\u009f]/u;

function controlCharacters(section: HeaderSection): RequestViolation[] {
  return section.fields
    .filter((field) => controlCharacter.test(fieldValue(section, field)))
    .map(({ name }) => ({ path: `headers.${name}`, message: noControls }));
}

function querySender(text: string, errors: RequestViolation[]): string {
  if (text === "" || text === "<>") return "";
  const address = parsePath(text);
  if (address === null) errors.push({ path: "from", message: `${JSON.stringify(text)} is not an address` });
  return address ?? "";
}

/** In a header a newline may fold a list; here there is nothing to fold. */
function queryAddresses(list: string, errors: RequestViolation[]): string[] {
  if (!hasControlCharacter(list)) return addresses(list, "to", errors);
  errors.push({ path: "to", message: noControls });
  return [];
}

/** A message from several authors names the one who sent it in `Sender` (RFC 5322 section 3.6.2). */
function senderOf(section: HeaderSection, errors: RequestViolation[]): string {
  const [sender] = fieldAddresses(section, "sender", errors);
  const [author] = fieldAddresses(section, "from", errors);
  const address = sender ?? author;
  if (address === undefined && errors.length === 0) {
    errors.push({ path: "from", message: "is missing: neither the query nor the headers name a sender" });
  }
  return address ?? "";
}

function fieldAddresses(section: HeaderSection, name: string, errors: RequestViolation[]): string[] {
  return section.fields
    .filter((field) => field.name === name)
    .flatMap((field) => addresses(fieldValue(section, field), name, errors));
}

function addresses(list: string, path: string, errors: RequestViolation[]): string[] {
  return parseAddressList(list).flatMap(({ address, text }) => {
    if (address !== null) return [address];
    errors.push({ path, message: `${JSON.stringify(text)} is not an address` });
    return [];
  });
}
