/** The decisions of an SMTP session: who may send, what a command may say, when a message is too large. */
import type { SmtpUserRing } from "../access/smtp_user_ring.ts";
import { DispatchError } from "../error/mod.ts";
import type { Denial } from "../history/denial_log.ts";
import { parsePath } from "../mail/address.ts";
import type { ArrivingMessage, Intake, Submission } from "./intake.ts";
import { originOf, type SmtpSessionFacts } from "./smtp_session.ts";

/** What `MAIL` and the `RCPT`s of one message have said. */
export interface SmtpTransaction extends Pick<Submission, "dsn"> {
  readonly sender: string;
  /** Normalised, none twice. */
  readonly recipients: readonly string[];
}

/** Settings of the door, read anew for each command. */
export interface SmtpDoorSettings {
  /** `listener.max_message_bytes` */
  readonly maxMessageBytes: number;
  /** `listener.require_auth` */
  readonly requireAuth: boolean;
}

/** What an {@link SmtpDoor} needs from its surroundings. */
export interface SmtpDoorOptions {
  readonly intake: Intake;
  /** Whether `listener.allowed_cidrs` holds the address. */
  readonly isAllowed: (address: string) => boolean;
  readonly users: Pick<SmtpUserRing, "holds" | "maySend">;
  readonly settings: () => SmtpDoorSettings;
  /** Tells about a refusal; the client's own mistakes are not among them. */
  readonly onRefused: (denial: Denial) => void;
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
   * @throws {DispatchError} `address_not_allowed`, `smtp_sign_in_required`, `smtp_sign_in_ended`, `sender_not_allowed`,
   * `address_invalid`
   */
  admitSender(session: SmtpSessionFacts, path: string): string {
    const error = this.#refuseClient(session);
    if (error !== null) return this.#refuse(error, session, parsePath(path) ?? "");
    const sender = path === "" ? "" : requireAddress(path, "sender");
    const { user } = session;
    if (user === null || this.#options.users.maySend(user, sender)) return sender;
    return this.#refuse(new DispatchError("sender_not_allowed", { user: user.name, sender }), session, sender);
  }

  /** A recipient, normalised. @throws {DispatchError} `address_invalid` */
  admitRecipient(path: string): string {
    return requireAddress(path, "recipient");
  }

  /** Starts to take the content of a message. @throws {DispatchError} what `Intake.begin` throws */
  beginMessage(session: SmtpSessionFacts, { sender, recipients, dsn }: SmtpTransaction): ArrivingMessage {
    const { clientName, protocol } = session;
    return this.#options.intake.begin({
      sender,
      recipients,
      ...(dsn === undefined ? {} : { dsn }),
      origin: originOf(session),
      maxBytes: this.#options.settings().maxMessageBytes,
      clientName,
      protocol,
    });
  }

  /** Why the client may not send at all, whoever the sender is. */
  #refuseClient({ clientAddress: address, user }: SmtpSessionFacts): DispatchError | null {
    const { isAllowed, settings, users } = this.#options;
    if (!isAllowed(address)) {
      return new DispatchError("address_not_allowed", { address, setting: "listener.allowed_cidrs" });
    }
    if (user !== null) return users.holds(user) ? null : new DispatchError("smtp_sign_in_ended", { user: user.name });
    return settings().requireAuth
      ? new DispatchError("smtp_sign_in_required", { setting: "listener.require_auth" })
      : null;
  }

  #refuse(error: DispatchError, session: SmtpSessionFacts, sender: string): never {
    this.#options.onRefused({ error, origin: originOf(session), sender });
    throw error;
  }
}

function requireAddress(path: string, field: string): string {
  const address = parsePath(path);
  if (address === null) throw new DispatchError("address_invalid", { address: path, field });
  return address;
}
