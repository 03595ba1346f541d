/** Collects the header section from the start of a stream. */
import { DispatchError } from "../error/mod.ts";
import { GrowingBytes } from "./growing_bytes.ts";
import { type HeaderSection, parseHeaderSection, startsHeaderSection } from "./header_section.ts";

/** The greatest header section that is taken in, 256 KiB. */
export const maxHeaderBytes = 262144;

/** A header section, and the bytes after it that have arrived already. */
export interface CollectedHeaders {
  readonly section: HeaderSection;
  /** Starts with the empty line that ends the section; without it when the message lacks that line. */
  readonly rest: Uint8Array;
}

const cr = 0x0d;
const lf = 0x0a;
/** A first line that shows no field name in so many bytes, the most that a line may have, is no field. */
const maxLineBytes = 998;

/**
 * Collects chunks, whose newlines are all CRLF, until the header section is whole.
 *
 * The section ends at the first empty line. A message whose first line is neither a field nor the separator of a mailbox
 * file has none: it is body from its first byte. A section that came in one chunk is not copied.
 */
export class HeaderCollector {
  readonly #collected = new GrowingBytes();
  #isHeader = false;
  #lineStart = 0;
  #scannedTo = 0;

  /** Takes the next bytes; returns the section once it is whole. @throws {DispatchError} `headers_too_large` */
  push(chunk: Uint8Array): CollectedHeaders | null {
    const bytes = this.#collected.length === 0 ? chunk : this.#append(chunk);
    const end = this.#findEnd(bytes);
    if (end > maxHeaderBytes || (end < 0 && bytes.length > maxHeaderBytes + 1)) {
      throw new DispatchError("headers_too_large", { limitBytes: maxHeaderBytes });
    }
    if (end >= 0) return splitAt(bytes, end);
    if (this.#collected.length === 0) this.#append(chunk);
    return null;
  }

  /** Ends a stream in which no empty line was found: all of it is header section, or all is body. */
  end(): CollectedHeaders {
    const { bytes } = this.#collected;
    return splitAt(bytes, startsHeaderSection(bytes) ? bytes.length : 0);
  }

  /** Returns all bytes so far. */
  #append(chunk: Uint8Array): Uint8Array {
    this.#collected.append(chunk);
    return this.#collected.bytes;
  }

  /** Length of the section, or -1 while it can't be told. */
  #findEnd(bytes: Uint8Array): number {
    if (!this.#isHeader) {
      const start = bytes.subarray(0, maxLineBytes);
      if (!startsHeaderSection(start)) return bytes.length >= maxLineBytes || start.includes(lf) ? 0 : -1;
      this.#isHeader = true;
    }
    for (;;) {
      if (bytes[this.#lineStart] === cr && bytes[this.#lineStart + 1] === lf) return this.#lineStart;
      const newline = bytes.indexOf(lf, Math.max(this.#lineStart, this.#scannedTo));
      if (newline < 0) {
        this.#scannedTo = bytes.length;
        return -1;
      }
      this.#lineStart = newline + 1;
    }
  }
}

function splitAt(bytes: Uint8Array, end: number): CollectedHeaders {
  return { section: parseHeaderSection(bytes.subarray(0, end)), rest: bytes.subarray(end) };
}
