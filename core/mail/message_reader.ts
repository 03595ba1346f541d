/** The one gate that every accepted message streams through: what is stored is what comes out of it. */
import { DispatchError } from "../error/mod.ts";
import { AttachmentNames } from "./attachment_names.ts";
import { formatDate } from "./date.ts";
import { type CollectedHeaders, HeaderCollector } from "./header_collector.ts";
import { foldField } from "./header_field.ts";
import { withoutFields } from "./header_section.ts";
import { type MessageFacts, readMessageFacts, tagField } from "./message_facts.ts";
import { type BareNewlines, NewlineNormalizer } from "./newline_normalizer.ts";

/** How a message is read. */
export interface MessageReaderOptions {
  /** A whole `Received` field, CRLF at its end; it goes first. */
  readonly traceHeader: string;
  /** Added as `Date` when the message has none. */
  readonly timeMs: number;
  /** Added as `Message-ID` when the message has none; without angle brackets. */
  readonly messageId: string;
  readonly bareNewlines: BareNewlines;
  /** Fields that are removed, by their names in lower case; `X-Dispatch-Tag` always is. Default: none. */
  readonly dropFields?: readonly string[];
}

/** A message that has passed more servers than this goes round in a loop. */
const maxHops = 30;

const lf = 0x0a;
const crlf = Uint8Array.of(0x0d, lf);
const encoder = new TextEncoder();
/** What Postfix writes before the separator line of a mailbox file, which would end the header section otherwise. */
const mailboxLineName = encoder.encode("Mailbox-Line: ");

/**
 * Reads a message as it arrives and puts out the bytes to store.
 *
 * Bare newlines become CRLF, the trace header goes first, `Date` and `Message-ID` follow it when they are missing, the
 * fields to drop are left out, the last line gets its CRLF. Every other byte is passed on as it came; the body is not
 * copied. A message that starts with anything but a field has no header section: it gets one, and is body as a whole.
 */
export class MessageReader {
  readonly #options: MessageReaderOptions;
  readonly #normalizer: NewlineNormalizer;
  readonly #collector = new HeaderCollector();
  #facts: MessageFacts | null = null;
  #names: AttachmentNames | null = null;
  #endsWithNewline = true;

  constructor(options: MessageReaderOptions) {
    this.#options = options;
    this.#normalizer = new NewlineNormalizer(options.bareNewlines);
  }

  /** What the header section says; `null` until it is whole, which it is after `end` at the latest. */
  get facts(): MessageFacts | null {
    return this.#facts;
  }

  /** The names of the files in the message, at most 100; after `end`. */
  async attachmentNames(): Promise<readonly string[]> {
    return (await this.#names?.read()) ?? [];
  }

  /**
   * Takes the next bytes, which the caller must not reuse, and returns those to store, which may be parts of them.
   *
   * @throws {DispatchError} `headers_too_large`, `mail_loop`, `bare_newline`; then the message is refused
   */
  push(chunk: Uint8Array): Uint8Array[] {
    return this.#take(this.#normalizer.push(chunk));
  }

  /** Ends the message; returns the last bytes to store. @throws as `push` */
  end(): Uint8Array[] {
    const completion = this.#normalizer.end();
    const parts = completion === null ? [] : this.#take(completion);
    if (this.#facts === null) parts.push(...this.#start(this.#collector.end()));
    if (!this.#endsWithNewline) parts.push(crlf);
    return parts;
  }

  #take(bytes: Uint8Array): Uint8Array[] {
    if (bytes.length === 0) return [];
    if (this.#facts !== null) {
      this.#endsWithNewline = bytes[bytes.length - 1] === lf;
      this.#names?.push(bytes);
      return [bytes];
    }
    const collected = this.#collector.push(bytes);
    return collected === null ? [] : this.#start(collected);
  }

  #start({ section, rest }: CollectedHeaders): Uint8Array[] {
    const facts = readMessageFacts(section);
    if (facts.hops > maxHops) throw new DispatchError("mail_loop", { hops: facts.hops });
    const { messageId } = this.#options;
    this.#facts = facts.hasMessageId ? facts : { ...facts, summary: { ...facts.summary, messageId } };
    const parts: Uint8Array[] = [encoder.encode(this.#addedFields(facts))];
    if (section.hasMailboxLine) parts.push(mailboxLineName);
    parts.push(...withoutFields(section, new Set([tagField, ...(this.#options.dropFields ?? [])])));
    const isBodyOnly = section.bytes.length === 0 && rest.length > 0 && rest[0] !== crlf[0];
    if (isBodyOnly) parts.push(crlf);
    if (rest.length > 0) parts.push(rest);
    this.#names = new AttachmentNames(section);
    this.#names.push(rest);
    this.#endsWithNewline = parts.at(-1)?.at(-1) === lf;
    return parts;
  }

  #addedFields({ hasDate, hasMessageId }: MessageFacts): string {
    const { traceHeader, timeMs, messageId } = this.#options;
    const date = hasDate ? "" : foldField("Date", formatDate(timeMs));
    return traceHeader + date + (hasMessageId ? "" : foldField("Message-ID", `<${messageId}>`));
  }
}
