/** The decisions of an SMTP session: who may send, what a command may say, when a message is too large. */
import { DispatchError } from "../error/mod.ts";
import type { Denial } from "../history/denial_log.ts";
import { parsePath } from "../mail/address.ts";
import type { MessageOrigin } from "../mail/envelope.ts";
import type { ArrivingMessage, Intake } from "./intake.ts";

/** Settings of the door, read anew for each command. */
export interface SmtpDoorSettings {
  /** `listener.max_message_bytes` */
  readonly maxMessageBytes: number;
}

/** What an {@link SmtpDoor} needs from its surroundings. */
export interface SmtpDoorOptions {
  readonly intake: Intake;
  /** Whether `listener.allowed_cidrs` holds the address. */
  readonly isAllowed: (address: string) => boolean;
  readonly settings: () => SmtpDoorSettings;
  /** Tells about a refusal; the client's own mistakes are not among them. */
  readonly onRefused: (denial: Denial) => void;
}

/** A session as far as the door needs to know it. */
export interface SmtpSessionFacts {
  readonly clientAddress: string;
  /** The name in HELO or EHLO. */
  readonly clientName: string | null;
  /** `SMTP`, `ESMTP`, `ESMTPS` or `ESMTPSA` (RFC 3848). */
  readonly protocol: string;
  readonly tls: MessageOrigin["tls"];
  readonly smtpUser: string | null;
}

/** Decides what an SMTP client may do. */
export class SmtpDoor {
  readonly #options: SmtpDoorOptions;

  constructor(options: SmtpDoorOptions) {
    this.#options = options;
  }

  /**
   * The sender of a new message, normalised; `""` is the null sender.
   *
   * @throws {DispatchError} `address_not_allowed`, `address_invalid`
   */
  admitSender(session: SmtpSessionFacts, path: string): string {
    const address = session.clientAddress;
    if (!this.#options.isAllowed(address)) {
      const error = new DispatchError("address_not_allowed", { address, setting: "listener.allowed_cidrs" });
      this.#options.onRefused({ error, origin: originOf(session), sender: parsePath(path) ?? "" });
      throw error;
    }
    return path === "" ? "" : requireAddress(path, "sender");
  }

  /** A recipient, normalised. @throws {DispatchError} `address_invalid` */
  admitRecipient(path: string): string {
    return requireAddress(path, "recipient");
  }

  /** Starts to take the content of a message. @throws {DispatchError} what `Intake.begin` throws */
  beginMessage(session: SmtpSessionFacts, sender: string, recipients: readonly string[]): ArrivingMessage {
    const { clientName, protocol } = session;
    return this.#options.intake.begin({
      sender,
      recipients,
      origin: originOf(session),
      maxBytes: this.#options.settings().maxMessageBytes,
      clientName,
      protocol,
    });
  }
}

function originOf({ clientAddress, tls, smtpUser }: SmtpSessionFacts): Denial["origin"] {
  return { source: "smtp", clientAddress, tls, apiKeyId: null, smtpUser };
}

function requireAddress(path: string, field: string): string {
  const address = parsePath(path);
  if (address === null) throw new DispatchError("address_invalid", { address: path, field });
  return address;
}
