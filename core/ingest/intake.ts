/** The one way in: what SMTP, HTTP and the command line call to hand over a message. */
import type { DsnRequest } from "../mail/dsn_request.ts";
import type { MessageOrigin } from "../mail/envelope.ts";
import type { IdempotencyClaim } from "../spool/entry.ts";

/** A message that is about to arrive. */
export interface Submission {
  /** Reverse-path; `""` is the null sender. */
  readonly sender: string;
  /** Normalised addresses, at least one, none twice. */
  readonly recipients: readonly string[];
  /** What the sender wants to be told. Default: nothing in particular. */
  readonly dsn?: DsnRequest;
  readonly origin: MessageOrigin;
  /** The most bytes that the content may have. */
  readonly maxBytes: number;
  /** Host name that the client gave (HELO), for the trace header; `null` where there is none. */
  readonly clientName: string | null;
  /** `with` protocol of the trace header: `ESMTPS`, `HTTPS`, … */
  readonly protocol: string;
  /** Tags and attachment names that the protocol knows, added to those found in headers. */
  readonly tags?: readonly string[];
  readonly attachments?: readonly string[];
  /** Recipients that must not appear in any header: overrides what `To` and `Cc` say of their kind. */
  readonly blindRecipients?: readonly string[];
  readonly idempotency?: IdempotencyClaim;
}

/** The answer to a message that is safe. */
export interface Accepted {
  readonly id: string;
  /** `true` when an earlier request with the same idempotency key had created it. */
  readonly replayed: boolean;
}

/** A message that is arriving. Exactly one of `finish` and `abort` ends it; `abort` may be called after a failure. */
export interface ArrivingMessage {
  /**
   * Takes the next bytes (which the caller must not reuse). A returned promise is backpressure.
   *
   * @throws {DispatchError} `message_too_large`, `headers_too_large`, `mail_loop`, `bare_newline`, `spool_unavailable`
   */
  write(chunk: Uint8Array): void | Promise<void>;
  /** Resolves once the message is on stable storage. @throws as `write`, and `idempotency_conflict` */
  finish(): Promise<Accepted>;
  /** Leaves nothing behind. */
  abort(): Promise<void>;
}

/** The one definition of "accepted". */
export interface Intake {
  /** Checks what is known before the content. @throws {DispatchError} `disk_nearly_full`, `too_many_recipients`, `no_recipients` */
  begin(submission: Submission): ArrivingMessage;
}
