/** Which parts of a message go out over SMTP as they are: nearly all, and reading them for that byte by byte is dear. */
import { NewlineNormalizer } from "./newline_normalizer.ts";

const dot = 0x2e;
const lf = 0x0a;

/** Looks through one message, chunk after chunk. */
export class PlainLines {
  readonly #newlines = new NewlineNormalizer("normalize");
  #isLineStart = true;

  /** Whether the next chunk has no dot at the start of a line (RFC 5321 section 4.5.2), and no bare CR or LF. */
  isPlain(chunk: Uint8Array): boolean {
    if (chunk.length === 0) return true;
    const isLineStart = this.#isLineStart;
    this.#isLineStart = chunk[chunk.length - 1] === lf;
    if (this.#newlines.push(chunk) !== chunk) return false;
    for (let at = chunk.indexOf(dot); at >= 0; at = chunk.indexOf(dot, at + 1)) {
      if (at === 0 ? isLineStart : chunk[at - 1] === lf) return false;
    }
    return true;
  }
}
