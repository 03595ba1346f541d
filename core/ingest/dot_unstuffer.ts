/** The content of a message out of what `DATA` sends (RFC 5321 section 4.5.2), byte for byte. */

/** What came of a chunk. */
export interface Unstuffed {
  /** The content that is certain by now; may be empty, and may be a part of the chunk. */
  readonly content: Uint8Array;
  /** Where the chunk goes on after the end of the message; -1 while there is no end. */
  readonly endedAt: number;
}

/** Finds the first CR LF `.` at or after `from`, or -1: what the runtime searches bytes with. */
export type FindDotLine = (bytes: Uint8Array, from: number) => number;

const cr = 0x0d;
const lf = 0x0a;
const dot = 0x2e;

/** How much of CR LF `.` CR LF the last bytes are. A dot, and a CR after it, are held back: they may be no content. */
const nothing = 0;
const afterCr = 1;
const atLineStart = 2;
const afterDot = 3;
const afterDotCr = 4;
type Progress = typeof nothing | typeof afterCr | typeof atLineStart | typeof afterDot | typeof afterDotCr;

/**
 * Finds the end of one message, CR LF `.` CR LF and nothing else, and takes the dot from every line that starts with one.
 *
 * Lines end in CR LF: after a bare CR or LF a dot is content. A chunk without a line that starts with a dot is passed on
 * as it is, uncopied, after one search; one with such a line is copied byte by byte from there on, so that no content
 * costs much more than any other.
 */
export class DotUnstuffer {
  readonly #find: FindDotLine;
  #progress: Progress = atLineStart;

  constructor(find: FindDotLine) {
    this.#find = find;
  }

  /** Takes the next bytes; not after the end. */
  push(chunk: Uint8Array): Unstuffed {
    const first = this.#mayCompleteStart(chunk) ? 0 : this.#find(chunk, 0);
    if (first < 0) {
      this.#progress = progressAfter(chunk);
      return { content: chunk, endedAt: -1 };
    }
    if (first > 0 && chunk[first + 3] === cr && chunk[first + 4] === lf) {
      return { content: chunk.subarray(0, first + 2), endedAt: first + 5 };
    }
    return this.#copy(chunk, first);
  }

  /** Whether the first bytes may go on with what the last chunk began. */
  #mayCompleteStart(chunk: Uint8Array): boolean {
    if (this.#progress === nothing) return false;
    if (this.#progress === afterCr) return chunk[0] === lf && (chunk.length === 1 || chunk[1] === dot);
    return this.#progress !== atLineStart || chunk[0] === dot;
  }

  #copy(chunk: Uint8Array, from: number): Unstuffed {
    // A CR that was held back comes in addition.
    const copy = new Uint8Array(chunk.length + 1);
    copy.set(chunk.subarray(0, from));
    let progress = from === 0 ? this.#progress : nothing;
    let length = from;
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (progress === atLineStart && byte === dot) {
        progress = afterDot;
        continue;
      }
      if (progress === afterDot && byte === cr) {
        progress = afterDotCr;
        continue;
      }
      if (progress === afterDotCr) {
        if (byte === lf) return { content: copy.subarray(0, length), endedAt: at + 1 };
        copy[length++] = cr;
        progress = afterCr;
      }
      copy[length++] = byte;
      progress = byte === cr ? afterCr : byte === lf && progress === afterCr ? atLineStart : nothing;
    }
    this.#progress = progress;
    return { content: copy.subarray(0, length), endedAt: -1 };
  }
}

/** The progress after a chunk in which no line starts with a dot. */
function progressAfter(chunk: Uint8Array): Progress {
  const last = chunk[chunk.length - 1];
  if (last === cr) return afterCr;
  return last === lf && chunk[chunk.length - 2] === cr ? atLineStart : nothing;
}
