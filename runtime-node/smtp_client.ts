/** One SMTP session with a smart host, by nodemailer. */
import type { DsnRequest } from "../core/mail/dsn_request.ts";
import { fitToHost } from "../core/relay/fit_to_host.ts";
import { HostExtensions } from "../core/relay/host_extensions.ts";
import type { MessageNeeds } from "../core/relay/message_needs.ts";
import type { TokenSource } from "../core/relay/oauth/token_grant.ts";
import type { RefusedRecipient, SmartHost, SmtpResult } from "../core/relay/smtp_result.ts";
import { HostConnection, whileOpen } from "./host_connection.ts";
import { sessionObstacle, signIn } from "./host_sign_in.ts";
import { findNeeds, type MessageContent, openContent } from "./message_content.ts";
import { type ClientError, connectionClosed, failure, failureOf, refusedIn, type SmtpFailure } from "./smtp_failure.ts";
import { type SmtpTimes, slowestBytesPerMs, usualTimes } from "./smtp_times.ts";
import type { SmtpTrace } from "./smtp_trace.ts";
import { TimeLimit } from "./time_limit.ts";

/** Time for the answer to QUIT. */
const farewellMs = 5000;

/** The message of one attempt. */
export interface SmtpMessage {
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly sizeBytes: number;
  readonly content: MessageContent;
  /** What the sender wants to be told. Default: nothing in particular. */
  readonly dsn?: DsnRequest;
}

/** What a session is opened with beside its host. */
export interface SessionOptions {
  readonly trace?: SmtpTrace;
  /** Where access tokens come from; needed for a smart host that is signed in at with one. */
  readonly tokens?: TokenSource | undefined;
  /** Default: {@link usualTimes}. */
  readonly times?: SmtpTimes;
}

/** What nodemailer writes into the envelope that it is given, while it says it. */
interface Envelope {
  readonly rejectedErrors?: readonly ClientError[];
}

/** An open session. `isUsable` turns false when the session can't take another message. */
export class SmtpSession {
  readonly #connection: HostConnection;
  readonly #offers: HostExtensions;
  readonly #times: SmtpTimes;
  #isUsable = true;
  #hasAnswered = false;
  #messages = 0;
  /** Called when the session ends by itself. */
  onEnd: () => void = () => {};

  private constructor(connection: HostConnection, offers: HostExtensions, times: SmtpTimes) {
    this.#connection = connection;
    this.#offers = offers;
    this.#times = times;
    connection.on("end", () => this.#end());
    connection.on("error", () => this.#end());
  }

  /** Connects, upgrades to TLS as the smart host's settings say, and signs in. */
  static async open(
    host: SmartHost,
    signal: AbortSignal,
    { trace, tokens, times = usualTimes }: SessionOptions = {},
  ): Promise<SmtpSession | SmtpFailure> {
    const connection = new HostConnection(host, times, trace);
    // Between two steps nobody waits for what the host says or breaks off: that ends the connection, and so the next step.
    connection.on("error", () => {});
    const limit = new TimeLimit(connection, signal, times.openMs);
    try {
      if (signal.aborted) throw connectionClosed();
      await whileOpen(connection, (done) => connection.connect(done));
      const offers = new HostExtensions(String(connection.lastServerResponse));
      const obstacle =
        (await sessionObstacle(connection, host, offers)) ??
        (await signIn(connection, host, { tokens, signal: limit.signal }));
      if (obstacle === null) return new SmtpSession(connection, offers, times);
      connection.close();
      return obstacle;
    } catch (error) {
      connection.close();
      const stage = (error as ClientError).code === "EAUTH" ? "sign-in" : "session";
      return failureOf(limit.explain(error as ClientError), { ...connection.place, stage });
    } finally {
      limit.lift();
    }
  }

  get isUsable(): boolean {
    return this.#isUsable;
  }

  /** How many messages it was given. */
  get messages(): number {
    return this.#messages;
  }

  /** Whether the server said anything about the last message, but that it ends the session (421). */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** Sends one message. After a failure the session is closed, unless the server only refused. */
  async send(message: SmtpMessage, signal: AbortSignal): Promise<SmtpResult> {
    this.#messages += 1;
    this.#hasAnswered = false;
    let needs: MessageNeeds;
    try {
      needs = await findNeeds(message.content, this.#offers.has("8BITMIME"));
    } catch (error) {
      return failure("message", null, `The message could not be read: ${(error as Error).message}`);
    }
    const fit = fitToHost({ ...message, needs }, this.#offers, this.#connection.place.hostName);
    if (fit.kind === "unfit") return failure("message", fit.code, fit.reason);
    if (fit.recipients.length === 0) return { ...failure("message", null, ""), refused: fit.refused };
    const result = await this.#transmit({ ...message, recipients: fit.recipients }, fit.isUtf8, signal);
    return { ...result, refused: [...fit.refused, ...result.refused] };
  }

  close(): void {
    this.#isUsable = false;
    this.#connection.close();
  }

  /** Says QUIT and leaves, with the answer or without. */
  quit(): void {
    this.#isUsable = false;
    this.#connection.quit();
    setTimeout(() => this.#connection.close(), farewellMs).unref();
  }

  async #transmit(message: SmtpMessage, isUtf8: boolean, signal: AbortSignal): Promise<SmtpResult> {
    const { sender: from, recipients, sizeBytes: size } = message;
    const envelope: Envelope = {};
    const content = openContent(message.content);
    const limit = new TimeLimit(this.#connection, signal, this.#times.messageMs + size / slowestBytesPerMs);
    this.#connection.lastServerResponse = false;
    if (signal.aborted) this.close();
    try {
      const parts = Object.assign(envelope, { from, to: [...recipients], size, use8BitMime: true });
      const omitted = this.#connection.announce({ isUtf8, dsn: message.dsn, offers: this.#offers });
      const info = await whileOpen<{ response?: string }>(this.#connection, (done) =>
        this.#connection.send(parts, content, done as never),
      );
      const sent = { kind: "sent", reply: info?.response ?? "", refused: this.#refusedIn(envelope) } as const;
      return omitted.length === 0 ? sent : { ...sent, omitted };
    } catch (error) {
      const failed = failureOf(limit.explain(error as ClientError), { ...this.#connection.place, stage: "message" });
      await this.#reset(failed.code !== null && (error as ClientError).code === "EENVELOPE");
      return { ...failed, refused: this.#refusedIn(envelope) };
    } finally {
      limit.lift();
      this.#hasAnswered = /^(?!421)\d/.test(String(this.#connection.lastServerResponse));
      // A message that was refused at once is not read by nodemailer, nor closed.
      if (!Buffer.isBuffer(content)) content.destroy();
    }
  }

  #refusedIn({ rejectedErrors = [] }: Envelope): RefusedRecipient[] {
    return refusedIn(rejectedErrors, this.#connection.place);
  }

  /** Makes the session ready for the next message, or ends it. */
  async #reset(isWorthwhile: boolean): Promise<void> {
    if (!isWorthwhile || !this.#isUsable) return this.close();
    await whileOpen(this.#connection, (done) => this.#connection.reset(done)).catch(() => this.close());
  }

  #end(): void {
    this.#isUsable = false;
    this.onEnd();
  }
}
