/** The way into the spool: a message streams through the reader into memory, or into a file once it is large. */
import type { Clock, DiskGauge, LargeFiles, LargeFileWriter } from "../capabilities.ts";
import { DispatchError, isDispatchError } from "../error/mod.ts";
import type { MessageDsn } from "../mail/dsn_request.ts";
import type { EnvelopeRecipient } from "../mail/envelope.ts";
import type { MessageFacts } from "../mail/message_facts.ts";
import { MessageReader } from "../mail/message_reader.ts";
import type { BareNewlines } from "../mail/newline_normalizer.ts";
import { formatTraceHeader } from "../mail/trace_header.ts";
import type { Spool, SpoolContent } from "../spool/mod.ts";
import { intakeDelayMs, requireDiskSpace } from "./disk_policy.ts";
import type { Accepted, ArrivingMessage, Intake, Submission } from "./intake.ts";

/** Contents up to this size are a row of the spool; larger ones a file. */
const maxInlineBytes = 256 * 1024;
/** A message that comes a byte at a time is joined now and then: what holds a byte is two hundred times as large. */
const maxParts = 256;

/** Settings of the intake, read anew for each message. */
export interface IntakeSettings {
  /** `listener.server_name` */
  readonly serverName: string;
  /** `listener.max_recipients` */
  readonly maxRecipients: number;
  /** `listener.bare_newlines` */
  readonly bareNewlines: BareNewlines;
}

/** What a {@link SpoolingIntake} needs from its surroundings. */
export interface IntakeOptions {
  readonly spool: Pick<Spool, "append">;
  readonly largeFiles: LargeFiles;
  readonly disk: DiskGauge;
  readonly clock: Clock;
  readonly createMessageId: () => string;
  readonly settings: () => IntakeSettings;
}

/** {@link Intake} into the spool. */
export class SpoolingIntake implements Intake {
  readonly #options: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  begin(submission: Submission): ArrivingMessage {
    const settings = this.#options.settings();
    const count = submission.recipients.length;
    if (count === 0) throw new DispatchError("no_recipients", {});
    if (count > settings.maxRecipients)
      throw new DispatchError("too_many_recipients", { limit: settings.maxRecipients });
    requireDiskSpace(this.#options.disk.freeBytes());
    return new SpoolingMessage(submission, settings, this.#options);
  }
}

class SpoolingMessage implements ArrivingMessage {
  readonly #submission: Submission;
  readonly #options: IntakeOptions;
  readonly #id: string;
  readonly #acceptedAtMs: number;
  readonly #reader: MessageReader;
  #receivedBytes = 0;
  #storedBytes = 0;
  #parts: Uint8Array[] = [];
  #file: LargeFileWriter | undefined;
  #isAborted = false;

  constructor(submission: Submission, settings: IntakeSettings, options: IntakeOptions) {
    this.#submission = submission;
    this.#options = options;
    this.#id = options.createMessageId();
    this.#acceptedAtMs = options.clock.nowMs();
    const { clientName, protocol, origin } = submission;
    this.#reader = new MessageReader({
      traceHeader: formatTraceHeader({
        clientName,
        clientAddress: origin.clientAddress,
        serverName: settings.serverName,
        protocol,
        tls: origin.tls,
        id: this.#id,
        timeMs: this.#acceptedAtMs,
      }),
      timeMs: this.#acceptedAtMs,
      messageId: `${this.#id}@${settings.serverName}`,
      bareNewlines: settings.bareNewlines,
      // SMTP hands over a finished message; the API's contract is that no blind recipient is ever shown.
      dropFields: origin.source === "http" ? ["bcc"] : [],
    });
  }

  write(chunk: Uint8Array): void | Promise<void> {
    this.#receivedBytes += chunk.byteLength;
    const { maxBytes } = this.#submission;
    if (this.#receivedBytes > maxBytes) throw new DispatchError("message_too_large", { limitBytes: maxBytes });
    return this.#keep(this.#reader.push(chunk));
  }

  async finish(): Promise<Accepted> {
    await this.#keep(this.#reader.end());
    const facts = this.#reader.facts!;
    const content = await this.#content();
    const delayMs = intakeDelayMs(this.#options.disk.freeBytes());
    if (delayMs > 0) await new Promise<void>((resolve) => this.#options.clock.after(delayMs, resolve));
    const result = await this.#options.spool.append({
      id: this.#id,
      sender: this.#submission.sender,
      recipients: this.#recipients(facts),
      ...this.#messageDsn(),
      origin: this.#submission.origin,
      sizeBytes: this.#storedBytes,
      acceptedAtMs: this.#acceptedAtMs,
      content,
      subject: facts.summary.subject,
      messageId: facts.summary.messageId,
      tags: [...new Set([...(this.#submission.tags ?? []), ...facts.summary.tags])],
      attachments: this.#submission.attachments ?? (await this.#reader.attachmentNames()),
      ...(this.#submission.idempotency === undefined ? {} : { idempotency: this.#submission.idempotency }),
    });
    if (result.kind === "stored") return { id: this.#id, replayed: false };
    await this.abort();
    if (result.kind === "replayed") return { id: result.id, replayed: true };
    throw new DispatchError("idempotency_conflict", {});
  }

  async abort(): Promise<void> {
    this.#isAborted = true;
    this.#parts = [];
    await this.#file?.abort();
  }

  #keep(parts: readonly Uint8Array[]): void | Promise<void> {
    for (const part of parts) this.#storedBytes += part.byteLength;
    if (this.#file !== undefined || this.#storedBytes > maxInlineBytes) return this.#writeToFile(parts);
    for (const part of parts) this.#parts.push(part);
    if (this.#parts.length > maxParts) this.#parts = [concat(this.#parts, this.#storedBytes)];
  }

  async #writeToFile(parts: readonly Uint8Array[]): Promise<void> {
    try {
      const waiting = this.#parts;
      this.#parts = [];
      this.#file ??= await this.#createFile();
      for (const part of [...waiting, ...parts]) await this.#file.write(part);
    } catch (error) {
      throw asSpoolError(error);
    }
  }

  async #createFile(): Promise<LargeFileWriter> {
    const file = await this.#options.largeFiles.create(`${this.#id}.eml`);
    if (!this.#isAborted) return file;
    // The client left while the file was being made: `abort` could not know of it.
    await file.abort();
    throw new DispatchError("message_incomplete", {});
  }

  async #content(): Promise<SpoolContent> {
    if (this.#file === undefined) return { kind: "inline", bytes: concat(this.#parts, this.#storedBytes) };
    try {
      await this.#file.commit();
    } catch (error) {
      throw asSpoolError(error);
    }
    return { kind: "large", name: `${this.#id}.eml` };
  }

  #messageDsn(): { readonly dsn?: MessageDsn } {
    const { recipients: _, ...dsn } = this.#submission.dsn ?? {};
    return Object.keys(dsn).length === 0 ? {} : { dsn };
  }

  #recipients(facts: MessageFacts): EnvelopeRecipient[] {
    const requests = this.#submission.dsn?.recipients;
    const kinds = this.#kinds(facts);
    if (requests === undefined) return kinds;
    return kinds.map((recipient) => {
      const dsn = requests.get(recipient.address);
      return dsn === undefined ? recipient : { ...recipient, dsn };
    });
  }

  #kinds({ to, cc }: MessageFacts): EnvelopeRecipient[] {
    const blind = new Set(this.#submission.blindRecipients);
    const inTo = new Set(to.map(fold));
    const inCc = new Set(cc.map(fold));
    return this.#submission.recipients.map((address) => {
      const folded = fold(address);
      if (blind.has(address)) return { address, kind: "bcc" };
      return { address, kind: inTo.has(folded) ? "to" : inCc.has(folded) ? "cc" : "bcc" };
    });
  }
}

/** Addresses are shown beside each other in any case; the stored one keeps its own. */
function fold(address: string): string {
  return address.toLowerCase();
}

function concat(parts: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const whole = new Uint8Array(sizeBytes);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}

/** What a failure to write a message down means to its sender. */
export function asSpoolError(error: unknown): DispatchError {
  if (isDispatchError(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new DispatchError("spool_unavailable", { reason }, { cause: error });
}
