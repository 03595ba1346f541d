/** Sessions with one smart host, kept open between messages. */
import type { SmartHost, SmtpResult } from "../core/relay/smtp_result.ts";
import { type SmtpMessage, SmtpSession } from "./smtp_client.ts";

/** Idle time after which a session is ended, well before servers do that (RFC 5321 section 4.5.3.2: 5 minutes). */
const idleMs = 60_000;

/** A pool of sessions; at most `concurrency` at a time, the others wait their turn. */
export class SmtpPool {
  readonly #host: SmartHost;
  readonly #concurrency: number;
  readonly #idle: { session: SmtpSession; timer: NodeJS.Timeout }[] = [];
  readonly #queue: (() => void)[] = [];
  #inUse = 0;
  #isClosed = false;

  constructor(host: SmartHost, concurrency: number) {
    this.#host = host;
    this.#concurrency = concurrency;
  }

  async send(message: SmtpMessage, signal: AbortSignal): Promise<SmtpResult> {
    await this.#enter();
    try {
      return await this.#sendOverKept(message, signal);
    } finally {
      this.#leave();
    }
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
    const opened = await SmtpSession.open(this.#host, signal);
    return opened instanceof SmtpSession ? this.#sendOver(opened, message, signal) : opened;
  }

  async #sendOver(session: SmtpSession, message: SmtpMessage, signal: AbortSignal): Promise<SmtpResult> {
    const result = await session.send(message, signal);
    if (session.isUsable && !this.#isClosed) this.#keep(session);
    else session.close();
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

  async #enter(): Promise<void> {
    if (this.#inUse < this.#concurrency) this.#inUse++;
    else await new Promise<void>((resolve) => this.#queue.push(resolve));
  }

  /** Hands the place to the next in the queue, or frees it. */
  #leave(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#inUse--;
    else next();
  }
}
