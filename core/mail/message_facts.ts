/** What the service wants to know of a message, read from its header section. */
import { decodeWords } from "postal-mime";
import { parseAddressList } from "./address_list.ts";
import type { MessageSummary } from "./envelope.ts";
import { fieldValue, type HeaderSection } from "./header_section.ts";

/** Name of the field whose values become tags, in lower case. It never leaves. */
export const tagField = "x-dispatch-tag";

/** Facts about a message. Addresses are normalised; entries that hold none are left out. */
export interface MessageFacts {
  /** `attachments` is empty: they are no part of the header section. */
  readonly summary: MessageSummary;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  /** How many `Received` fields there are: servers that the message has passed. */
  readonly hops: number;
  readonly hasDate: boolean;
  readonly hasMessageId: boolean;
}

const maxSubjectLength = 998;
const maxMessageIdLength = 998;
const maxTagLength = 128;

/** Reads the facts. Of a field that should be there once, the first counts; of `To`, `Cc` and `Bcc` all do. */
export function readMessageFacts(section: HeaderSection): MessageFacts {
  const names = new Set(section.fields.map((field) => field.name));
  return {
    summary: {
      subject: cleanText(decodeWords(firstValue(section, "subject")), maxSubjectLength),
      messageId: parseMessageId(firstValue(section, "message-id")),
      tags: readTags(section),
      attachments: [],
    },
    to: readAddresses(section, "to"),
    cc: readAddresses(section, "cc"),
    bcc: readAddresses(section, "bcc"),
    hops: section.fields.filter((field) => field.name === "received").length,
    hasDate: names.has("date"),
    hasMessageId: names.has("message-id"),
  };
}

function readAddresses(section: HeaderSection, name: string): string[] {
  return values(section, name).flatMap((value) =>
    parseAddressList(value).flatMap(({ address }) => (address === null ? [] : [address])),
  );
}

function readTags(section: HeaderSection): string[] {
  const tags = values(section, tagField).map((value) => cleanText(decodeWords(value), maxTagLength).trim());
  return [...new Set(tags)].filter((tag) => tag !== "");
}

function values(section: HeaderSection, name: string): string[] {
  return section.fields.filter((field) => field.name === name).map((field) => fieldValue(section, field));
}

function firstValue(section: HeaderSection, name: string): string {
  const field = section.fields.find((candidate) => candidate.name === name);
  return field === undefined ? "" : fieldValue(section, field);
}

/** Some senders leave the angle brackets away; the id is taken all the same. */
function parseMessageId(value: string): string | null {
  const id = /<([^<>]+)>/.exec(value)?.[1]?.trim() ?? value;
  return id === "" || id.length > maxMessageIdLength || /[\s\p{Cc}]/u.test(id) ? null : id;
}

function cleanText(text: string, maxLength: number): string {
  return text
    .replace(/\p{Cc}/gu, "\ufffd")
    .slice(0, maxLength)
    .toWellFormed();
}
