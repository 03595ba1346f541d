/** The lines of an SMTP session, out of bytes as they arrive. */

/** A line without its CR LF, or why it can't be taken. */
export type SmtpLine =
  | { readonly kind: "line"; readonly bytes: Uint8Array }
  /** The rest of it was thrown away as it came. */
  | { readonly kind: "too_long" }
  /** It holds, or is ended by, a CR or an LF alone. */
  | { readonly kind: "bare_newline" };

const cr = 0x0d;
const lf = 0x0a;
const nothing = new Uint8Array(0);

/** The longest command line, CR LF included: RFC 5321 section 4.5.3.1.4 asks for 512, and extensions for more. */
const maxCommandBytes = 4096;
/** The longest line of an `AUTH` exchange (RFC 4954 section 4). */
const maxAuthBytes = 12_288;

/**
 * Cuts what arrives into lines, each of which ends in CR LF.
 *
 * A bare LF is no end of a line, but it is answered: whoever ends lines so would wait for ever. Each one yields a refusal
 * at once, and so does what follows it up to the next CR LF: nothing that a sender held for one line is taken as another.
 */
export class SmtpLineReader {
  #input: Uint8Array = nothing;
  /** The start of a line whose end has not come. */
  #kept: Uint8Array = nothing;
  #isTooLong = false;
  /** A bare LF has come since the last CR LF. */
  #isBroken = false;

  /** Gives the next bytes; only once `next` has returned `null`, or `takeRest` has taken the others. */
  push(bytes: Uint8Array): void {
    this.#input = bytes;
  }

  /**
   * The next line, or `null` when its end has not come yet.
   *
   * @param isAuthExchange whether it is to be the client's next word in an `AUTH` exchange, which may be longer
   */
  next(isAuthExchange: boolean): SmtpLine | null {
    const end = this.#input.indexOf(lf);
    if (end < 0) {
      this.#keep(this.takeRest());
      return null;
    }
    const line = joined(this.#kept, this.#input.subarray(0, end));
    this.#input = this.#input.subarray(end + 1);
    return this.#judge(line, isAuthExchange);
  }

  /** What has come after the last line, which is no line: the content of a message. */
  takeRest(): Uint8Array {
    const rest = this.#input;
    this.#input = nothing;
    return rest;
  }

  #keep(bytes: Uint8Array): void {
    const whole = joined(this.#kept, bytes);
    this.#isTooLong ||= whole.length > maxAuthBytes;
    // Of a line that is too long its last byte alone matters: it may be the CR of the end. A copy lets go of the rest.
    this.#kept = this.#isTooLong ? whole.slice(-1) : whole.slice();
  }

  /** @param line all but its LF */
  #judge(line: Uint8Array, isAuthExchange: boolean): SmtpLine {
    const isEnded = line[line.length - 1] === cr;
    const isBroken = this.#isBroken || !isEnded || line.indexOf(cr) < line.length - 1;
    const isTooLong = this.#isTooLong || isOverLimit(line, isAuthExchange);
    this.#kept = nothing;
    this.#isTooLong = false;
    this.#isBroken = !isEnded;
    if (isTooLong) return { kind: "too_long" };
    return isBroken ? { kind: "bare_newline" } : { kind: "line", bytes: line.subarray(0, -1) };
  }
}

function isOverLimit(line: Uint8Array, isAuthExchange: boolean): boolean {
  if (line.length < maxCommandBytes) return false;
  return line.length >= maxAuthBytes || !(isAuthExchange || isAuth(line));
}

function isAuth(line: Uint8Array): boolean {
  return String.fromCharCode(...line.subarray(0, 5)).toUpperCase() === "AUTH ";
}

function joined(start: Uint8Array, end: Uint8Array): Uint8Array {
  if (start.length === 0) return end;
  const whole = new Uint8Array(start.length + end.length);
  whole.set(start);
  whole.set(end, start.length);
  return whole;
}
