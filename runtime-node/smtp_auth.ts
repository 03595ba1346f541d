/** AUTH on an SMTP session: when it is offered, and the exchange of the core over smtp-server's lines. */
import type { SMTPServerAuthentication } from "smtp-server";
import { beginSasl, type GivenCredentials, type SaslStep } from "../core/ingest/sasl_exchange.ts";
import type { SmtpReply } from "../core/ingest/smtp_replies.ts";
import { SmtpCommands } from "./smtp_commands.ts";

type Next = () => void;

/** A session in which a client may sign in. */
export class SmtpAuth extends SmtpCommands {
  #isListing = false;

  override handler_EHLO(command: Buffer, next: Next): void {
    this.#isListing = true;
    super.handler_EHLO(command, next);
    this.#isListing = false;
  }

  /**
   * Offered whether there are users or not: who signs in where nobody can is told that the credentials are wrong, and the
   * operator that there is no such user. What is not offered is known all the same, and refused with the reason.
   */
  override _isSupported(command: string): boolean {
    const isHidden = this.#isListing && command === "AUTH" && this.#needsTls;
    return !isHidden && super._isSupported(command);
  }

  /** The library's own asks for no more than base64 and UTF-8 that it can make something of. */
  override handler_AUTH(command: Buffer, next: Next): void {
    const refusal = this.#refuseAuth();
    this.#take(refusal === null ? beginSasl(command.toString("latin1")) : { kind: "refused", reply: refusal }, next);
  }

  /** Passwords in the clear are taken where a setting says so. */
  get #needsTls(): boolean {
    return !this.secure && this._server.options.allowInsecureAuth !== true;
  }

  /** RFC 4954 section 4. */
  #refuseAuth(): SmtpReply | null {
    if (this.session.user) return { code: 503, enhanced: "5.5.1", text: "You have signed in already" };
    if (this.session.envelope.mailFrom) return { code: 503, enhanced: "5.5.1", text: "Not during a mail transaction" };
    if (!this.#needsTls) return null;
    return { code: 538, enhanced: "5.7.11", text: "Encryption is required to sign in: send STARTTLS first" };
  }

  #take(step: SaslStep, next: Next): void {
    if (step.kind === "credentials") {
      this.#signIn(step.credentials, next);
      return;
    }
    if (step.kind === "refused") this.answer(step.reply);
    else {
      this._nextHandler = (line, done) => this.#take(step.next(line.toString("latin1")), done);
      this.send(334, step.text);
    }
    next();
  }

  #signIn({ authorization, name, password }: GivenCredentials, next: Next): void {
    // By which mechanism they came makes no difference from here on.
    const given = { method: "PLAIN", username: name, authzid: authorization, password } as SMTPServerAuthentication;
    this._server.onAuth(given, this.session, (error, response) => {
      if (error) this.send((error as { responseCode?: number }).responseCode ?? 454, error.message);
      else {
        this.session.user = response?.user;
        this.session.transmissionType = this._transmissionType();
        this.send(235, "2.7.0 You have signed in");
      }
      next();
    });
  }
}
