/** Who a message is from and who it goes to, as the protocol said it: apart from the message's headers. */

import type { MessageDsn, RecipientDsn } from "./dsn_request.ts";

/** Where a recipient stood in the message: its `To`, its `Cc`, or nowhere. */
export type RecipientKind = "to" | "cc" | "bcc";

/** One recipient of a message. */
export interface EnvelopeRecipient {
  /** `local@domain`, the domain as A-labels in lower case; may hold UTF-8 in the local part (RFC 6531). */
  readonly address: string;
  readonly kind: RecipientKind;
  /** What the sender wants to be told about it. Default: nothing in particular. */
  readonly dsn?: RecipientDsn;
}

/** The envelope of a message (RFC 5321 section 2.3.1). */
export interface Envelope {
  /** Reverse-path; `""` is the null sender. */
  readonly sender: string;
  /** At least one; no address twice. */
  readonly recipients: readonly EnvelopeRecipient[];
  /** What the sender wants to be told about the message. Default: nothing in particular. */
  readonly dsn?: MessageDsn;
}

/** Where an accepted message came from. */
export interface MessageOrigin {
  readonly source: "smtp" | "http" | "cli";
  /** Address of the client, IPv4-mapped ones as IPv4; `null` for the command line. */
  readonly clientAddress: string | null;
  /** TLS version and cipher of the connection, or `null` when it was not encrypted. */
  readonly tls: { readonly version: string; readonly cipher: string } | null;
  /** Id of the API key that submitted it (`key_…`), or `null`. */
  readonly apiKeyId: string | null;
  /** Name of the SMTP user that signed in, or `null`. */
  readonly smtpUser: string | null;
}

/** What the log says about a message's content; taken from its headers while it streams by. */
export interface MessageSummary {
  /** Decoded `Subject`, at most 998 characters; `""` when there is none. */
  readonly subject: string;
  /** `Message-ID` without angle brackets; `null` when it could not be read. */
  readonly messageId: string | null;
  readonly tags: readonly string[];
  /** File names of attachments; of a message that came whole, those that its parts name, at most 100. */
  readonly attachments: readonly string[];
}
