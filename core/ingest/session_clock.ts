/** How long a connection may take for what it does; it is looked at now and then, and costs nothing in between. */

/** What a connection is doing. */
export type SessionPhase =
  /** The TLS handshake is under way. */
  | "handshake"
  /** The next command, or the next line of an `AUTH` exchange, is due from the client. */
  | "command"
  /** The content of a message is due from the client. */
  | "content"
  /** The next word is ours: nothing is held against the client. */
  | "answer";

/** A connection at the moment at which it is looked at. */
export interface SessionSample {
  readonly phase: SessionPhase;
  /** Lines that were complete, since the start. */
  readonly commands: number;
  /** Bytes that have come, since the start. */
  readonly bytes: number;
}

/** Limits of the time that connections take. */
export interface SessionTimes {
  /** For one command line, and for the least amount of content; `listener.connection_timeout_seconds`. */
  readonly idleMs: number;
  /** For the TLS handshake, and for what a proxy sends before it. */
  readonly handshakeMs: number;
  /** For all of a session; it is ended between two commands, never within a message. */
  readonly sessionMs: number;
  /** The content of a message comes at this rate, taken over each `idleMs`. */
  readonly bytesPerSecond: number;
  /** Content that comes at that rate up to this size is never too late; `listener.max_message_bytes`. */
  readonly maxMessageBytes: number;
}

/**
 * The limits that are no settings. The rate is that of a very slow line (4 kbit/s): it is for those who send a byte now and
 * then. Relays that keep their connections, Postfix among them, use one for minutes, not for an hour.
 */
export const fixedTimes: Pick<SessionTimes, "handshakeMs" | "sessionMs" | "bytesPerSecond"> = {
  handshakeMs: 10_000,
  sessionMs: 3_600_000,
  bytesPerSecond: 500,
};

/** Which limit was passed. */
export type Overtime = "handshake" | "idle" | "slow_content" | "long_session";

/** What the client and the log are told, by the limit that was passed. */
export const overtimeTexts: Readonly<Record<Overtime, string>> = {
  handshake: "the TLS handshake was not over in time",
  idle: "no command came in time",
  slow_content: "the message came too slowly",
  long_session: "the session has lasted too long",
};

/**
 * Watches one connection.
 *
 * A command line has to be whole within `idleMs`, however its bytes come. Content has to bring what `bytesPerSecond` gives
 * within each `idleMs`; once that much has come the next span begins. While the next word is ours no time passes.
 */
export class SessionClock {
  readonly #times: () => SessionTimes;
  readonly #startMs: number;
  #phase: SessionPhase | null = null;
  #commands = 0;
  /** Start of the phase. */
  #enteredMs = 0;
  /** Start of the span that is measured now, and the bytes at that moment. */
  #spanMs = 0;
  #spanBytes = 0;

  /** @param times read anew at each look */
  constructor(nowMs: number, times: () => SessionTimes) {
    this.#times = times;
    this.#startMs = nowMs;
  }

  /** Which limit the connection has passed, or `null`. @param nowMs a time that is never set back */
  look(nowMs: number, sample: SessionSample): Overtime | null {
    if (sample.phase !== this.#phase || sample.commands !== this.#commands) this.#enter(nowMs, sample);
    if (sample.phase === "answer") return null;
    const times = this.#times();
    if (sample.phase === "handshake") return nowMs - this.#enteredMs > times.handshakeMs ? "handshake" : null;
    if (sample.phase === "content") return this.#lookAtContent(nowMs, sample, times);
    if (nowMs - this.#enteredMs > times.idleMs) return "idle";
    return nowMs - this.#startMs > times.sessionMs ? "long_session" : null;
  }

  #enter(nowMs: number, sample: SessionSample): void {
    this.#phase = sample.phase;
    this.#commands = sample.commands;
    this.#enteredMs = nowMs;
    this.#startSpan(nowMs, sample);
  }

  #startSpan(nowMs: number, { bytes }: SessionSample): void {
    this.#spanMs = nowMs;
    this.#spanBytes = bytes;
  }

  #lookAtContent(nowMs: number, sample: SessionSample, times: SessionTimes): Overtime | null {
    const { idleMs, bytesPerSecond, maxMessageBytes } = times;
    const dueBytes = (idleMs / 1000) * bytesPerSecond;
    if (sample.bytes - this.#spanBytes >= dueBytes) this.#startSpan(nowMs, sample);
    const isSlow = nowMs - this.#spanMs > idleMs;
    // Whoever sends on and on, far beyond the limit of the size, keeps up the rate.
    const isEndless = nowMs - this.#enteredMs > idleMs + (maxMessageBytes / bytesPerSecond) * 1000;
    return isSlow || isEndless ? "slow_content" : null;
  }
}
