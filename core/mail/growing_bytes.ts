/** Bytes that come in pieces of any size, in one buffer: a piece of one byte costs one byte. */

const smallestBytes = 1024;

/** See the file's first line. The buffer doubles, so that no piece has all of it copied. */
export class GrowingBytes {
  #buffer = new Uint8Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What has come so far; good until the next `append`. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#length);
  }

  append(piece: Uint8Array): void {
    const length = this.#length + piece.byteLength;
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(smallestBytes, length, 2 * this.#buffer.length));
      larger.set(this.bytes);
      this.#buffer = larger;
    }
    this.#buffer.set(piece, this.#length);
    this.#length = length;
  }

  clear(): void {
    this.#buffer = new Uint8Array(0);
    this.#length = 0;
  }
}
