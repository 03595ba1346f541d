/** How many rows refusals may leave: a stranger must not fill the disk by knocking. Touches nothing. */

/** Rows are bounded for each of these spans. */
export const refusalSpanMs = 60_000;
/** Rows of one address in a span; what it keeps doing is told by the first ones. */
const maxRowsOfAddress = 5;
const maxRows = 300;

/** In one minute an address gets 5 rows and all addresses together 300; the others are counted. */
export class RefusalBounds {
  readonly #tell: (leftOut: number) => void;
  readonly #rowsOf = new Map<string | null, number>();
  #startMs = Number.NEGATIVE_INFINITY;
  #rows = 0;
  #leftOut = 0;

  /** @param tell is told how many were left out, if any were, when a span is over */
  constructor(tell: (leftOut: number) => void) {
    this.#tell = tell;
  }

  /** Whether there is room for one more row about `address`; if so, it is taken. */
  admit(address: string | null, nowMs: number): boolean {
    // Also when the clock was set back.
    if (Math.abs(nowMs - this.#startMs) >= refusalSpanMs) this.#startSpan(nowMs);
    const rows = this.#rowsOf.get(address) ?? 0;
    if (rows >= maxRowsOfAddress || this.#rows >= maxRows) {
      this.#leftOut += 1;
      return false;
    }
    this.#rowsOf.set(address, rows + 1);
    this.#rows += 1;
    return true;
  }

  /** Tells how many were left out so far, and begins to count anew. */
  settle(): void {
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    if (leftOut > 0) this.#tell(leftOut);
  }

  #startSpan(nowMs: number): void {
    this.settle();
    this.#startMs = nowMs;
    this.#rows = 0;
    this.#rowsOf.clear();
  }
}
