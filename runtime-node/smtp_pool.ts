/** Sessions with one smart host, kept open between messages. How many there are at a time is up to who sends. */
import type { TokenSource } from "../core/relay/oauth/token_grant.ts";
import { isSurplus, type SmartHost, type SmtpResult } from "../core/relay/smtp_result.ts";
import { type SmtpMessage, SmtpSession } from "./smtp_client.ts";

/** Idle time after which a session is ended, well before servers do that (RFC 5321 section 4.5.3.2: 5 minutes). */
const idleMs = 60_000;

/** Messages after which a session is ended: a host of many machines spreads its clients anew. */
const maxMessages = 500;

/** A transaction of a message, and the recipients that it has decided about. */
export interface SmtpAttempt {
  readonly recipients: readonly string[];
  readonly result: SmtpResult;
}

/** See the file's first line. */
export class SmtpPool {
  readonly #host: SmartHost;
  readonly #tokens: TokenSource | undefined;
  readonly #idle: { session: SmtpSession; timer: NodeJS.Timeout }[] = [];
  #isClosed = false;

  constructor(host: SmartHost, tokens?: TokenSource) {
    this.#host = host;
    this.#tokens = tokens;
  }

  /** Sends to all recipients, in as many transactions as the host wants (RFC 5321 section 4.5.3.1.10). */
  async send(message: SmtpMessage, signal: AbortSignal): Promise<SmtpAttempt[]> {
    const attempts: SmtpAttempt[] = [];
    let waiting = message.recipients;
    let share = waiting.length;
    while (waiting.length > 0) {
      const recipients = waiting.slice(0, share);
      const rest = waiting.slice(share);
      const result = await this.#sendOverKept({ ...message, recipients }, signal);
      const isForAll = result.kind === "failed" && result.refused.length < recipients.length;
      const surplus = result.kind === "sent" ? result.refused.filter(isSurplus).map(({ address }) => address) : [];
      // What befell the message, or the session, would befall the others too.
      attempts.push({ recipients: isForAll ? waiting : recipients.filter((one) => !surplus.includes(one)), result });
      if (isForAll) break;
      share = recipients.length - surplus.length;
      waiting = [...surplus, ...rest];
    }
    return attempts;
  }

  /** Ends idle sessions; those in use end with their message. */
  close(): void {
    this.#isClosed = true;
    for (const { session, timer } of this.#idle.splice(0)) {
      clearTimeout(timer);
      session.quit();
    }
  }

  /**
   * A kept session may have been ended by the server meanwhile; then, and only then, another is tried at once. Once the
   * server has answered anything about the message it may have it.
   */
  async #sendOverKept(message: SmtpMessage, signal: AbortSignal): Promise<SmtpResult> {
    for (let kept = this.#takeIdle(); kept !== undefined; kept = this.#takeIdle()) {
      const result = await this.#sendOver(kept, message, signal);
      if (result.kind === "sent" || result.stage !== "session" || kept.hasAnswered || signal.aborted) return result;
    }
    const opened = await SmtpSession.open(this.#host, signal, { tokens: this.#tokens });
    return opened instanceof SmtpSession ? this.#sendOver(opened, message, signal) : opened;
  }

  async #sendOver(session: SmtpSession, message: SmtpMessage, signal: AbortSignal): Promise<SmtpResult> {
    const result = await session.send(message, signal);
    if (!session.isUsable) session.close();
    else if (this.#isClosed || session.messages >= maxMessages) session.quit();
    else this.#keep(session);
    return result;
  }

  #takeIdle(): SmtpSession | undefined {
    const entry = this.#idle.pop();
    if (entry !== undefined) clearTimeout(entry.timer);
    return entry?.session;
  }

  #keep(session: SmtpSession): void {
    const entry = { session, timer: setTimeout(() => this.#drop(session), idleMs).unref() };
    session.onEnd = () => this.#drop(session);
    this.#idle.push(entry);
  }

  #drop(session: SmtpSession): void {
    const index = this.#idle.findIndex((entry) => entry.session === session);
    if (index === -1) return;
    clearTimeout(this.#idle[index]!.timer);
    this.#idle.splice(index, 1);
    session.quit();
  }
}
