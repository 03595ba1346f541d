/** Mailboxes as text for APIs that take JSON: in Unicode, since they encode what has to be. */
import type { Mailbox } from "../../mail/mailbox.ts";

/** Names that are read the same without quotes. */
const plainName = /^[\p{L}\p{M}\p{N} !#$%&'*+/=?^_`{|}~-]+$/u;

/** Formats a mailbox: `Jürgen <j@example.org>`, `"Desk, Help" <help@example.org>`, `bob@example.org`. */
export function formatMailboxText({ name, address }: Mailbox): string {
  if (name === "") return address;
  const phrase = plainName.test(name) ? name : `"${name.replace(/["\\]/g, "\\$&")}"`;
  return `${phrase} <${address}>`;
}
