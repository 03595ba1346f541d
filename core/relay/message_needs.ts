/** What the content of a message needs a server to offer beyond the seven bits of RFC 5321: found by looking at its bytes. */

/** What a message needs. */
export interface MessageNeeds {
  /** Bytes above 127 anywhere: 8BITMIME (RFC 6152). */
  readonly eightBit: boolean;
  /** UTF-8 in the header section: SMTPUTF8 (RFC 6532). Other bytes above 127 are no text of any standard. */
  readonly utf8: boolean;
}

const cr = 0x0d;
const lf = 0x0a;

/** Looks at the content as it streams by, and keeps none of it. */
export class NeedScanner {
  readonly #isHeaderEnough: boolean;
  /** How much of the CR LF CR LF that ends the header section has been seen; a message may begin with its second half. */
  #matched = 2;
  #isInHeader = true;
  #headerText: TextDecoder | null = null;
  #isHeaderBroken = false;
  #hasEightBit = false;

  /** @param isHeaderEnough whether the body is of no interest */
  constructor(isHeaderEnough: boolean) {
    this.#isHeaderEnough = isHeaderEnough;
  }

  /** Whether nothing that follows would change the answer. */
  get isDone(): boolean {
    return !this.#isInHeader && (this.#isHeaderEnough || this.#hasEightBit);
  }

  get needs(): MessageNeeds {
    return { eightBit: this.#hasEightBit, utf8: this.#headerText !== null && !this.#isHeaderBroken };
  }

  /** Takes the next bytes. */
  push(chunk: Uint8Array): void {
    const bodyStart = this.#isInHeader ? this.#findBody(chunk) : 0;
    if (bodyStart > 0) this.#readHeader(chunk.subarray(0, bodyStart));
    if (!this.isDone && bodyStart < chunk.length) this.#hasEightBit ||= hasEightBit(chunk.subarray(bodyStart));
  }

  /** The offset of the first byte of the body; the length where all is header. */
  #findBody(chunk: Uint8Array): number {
    for (let index = 0; index < chunk.length; index++) {
      const byte = chunk[index];
      if (byte === cr) this.#matched = this.#matched === 2 ? 3 : 1;
      else if (byte === lf) this.#matched = this.#matched === 1 ? 2 : this.#matched === 3 ? 4 : 0;
      else this.#matched = 0;
      if (this.#matched < 4) continue;
      this.#isInHeader = false;
      return index + 1;
    }
    return chunk.length;
  }

  #readHeader(part: Uint8Array): void {
    if (this.#headerText === null && !hasEightBit(part)) return;
    this.#hasEightBit = true;
    this.#headerText ??= new TextDecoder("utf-8", { fatal: true });
    try {
      if (!this.#isHeaderBroken) this.#headerText.decode(part, { stream: this.#isInHeader });
    } catch {
      this.#isHeaderBroken = true;
    }
  }
}

function hasEightBit(bytes: Uint8Array): boolean {
  for (let index = 0; index < bytes.length; index++) if (bytes[index]! > 0x7f) return true;
  return false;
}
