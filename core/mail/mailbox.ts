/** A person's or a program's address with its display name (RFC 5322 section 3.4). */
import { parseAddressList } from "./address_list.ts";
import { encodePhrase } from "./encoded_word.ts";

/** An address with its display name. */
export interface Mailbox {
  /** As it is to be read; `""` when there is none. */
  readonly name: string;
  /** Normalised, as `parsePath` returns it. */
  readonly address: string;
}

/** Formats a list for a header field: `Alice <alice@example.org>, bob@example.org`. */
export function formatMailboxes(mailboxes: readonly Mailbox[]): string {
  return mailboxes
    .map(({ name, address }) => (name === "" ? address : `${encodePhrase(name)} <${address}>`))
    .join(", ");
}

/** The mailboxes of a comma list, or `null` when an entry is none. */
export function parseMailboxes(list: string): Mailbox[] | null {
  const entries = parseAddressList(list);
  const found = entries.flatMap(({ name, address }) => (address === null ? [] : [{ name, address }]));
  return found.length === entries.length ? found : null;
}
