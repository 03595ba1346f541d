/** A message as APIs that take no MIME want it: people, texts, files, and the fields that are none of these. */
import type { Mailbox } from "../../mail/mailbox.ts";
import type { MessageFile } from "../../mail/message_body.ts";

/** One field that the rest of a {@link MappedMessage} does not express. */
export interface MappedHeader {
  /** As the message spells it. */
  readonly name: string;
  /** Unfolded, as the message has it where that is ASCII, so that encoded words stay what they are; never a control character. */
  readonly value: string;
}

/** A message and the recipients of one attempt. */
export interface MappedMessage extends MappedRecipients {
  readonly from: Mailbox;
  readonly replyTo: readonly Mailbox[];
  /** `""` when there is none. */
  readonly subject: string;
  /** With `\n` between lines; `null` when there is none. With neither `text` nor `html` there is no body at all. */
  readonly text: string | null;
  readonly html: string | null;
  /**
   * All other fields in order, repeated ones too: `Message-ID`, `Date`, `Sender`, `In-Reply-To`, `References`, `List-…`,
   * `X-…` and so on. Not among them: trace fields (`Received`, `Return-Path`), and those that describe the body.
   */
  readonly headers: readonly MappedHeader[];
  readonly tags: readonly string[];
  readonly attachments: readonly MessageFile[];
}

/** Who gets a message, and as what: every recipient of the attempt stands in one of the three lists, once. */
export interface MappedRecipients {
  readonly to: readonly Mailbox[];
  readonly cc: readonly Mailbox[];
  /** Those whom the header section does not name. */
  readonly bcc: readonly Mailbox[];
  /** What is lost by mapping alone; a provider adds what its API can't express. */
  readonly omitted: readonly string[];
}
