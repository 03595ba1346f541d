/** The names of the files in a message, read while it streams by. */
import { GrowingBytes } from "./growing_bytes.ts";
import { type HeaderSection, parseHeaderSection } from "./header_section.ts";
import { type ParameterizedValue, parameterOf, parseParameterized } from "./media_type.ts";
import { firstField } from "./mime_entity.ts";
import { namesFile, readFilename } from "./part_filename.ts";

/** A row of the log has room for no more. */
const maxNames = 100;
/** Multiparts that are looked into. */
const maxDelimiters = 100;
/** What a part says of itself; of more the beginning counts. */
const maxHeadBytes = 16_384;
/** Lines that are looked at: nobody has to read as many parts as fit into the largest message. */
const maxLines = 5000;

const hyphen = 0x2d;
const lf = 0x0a;
const latin1 = new TextDecoder("latin1");

/** The fields of a part that names a file. */
interface NamedPart {
  readonly mediaType: ParameterizedValue;
  readonly disposition: ParameterizedValue;
}

/**
 * Looks for the parts of one message that name a file.
 *
 * Of the body only lines that begin as a delimiter does are looked at, and of a message that is no multipart none. A message
 * within it is a part, whose own files are not told. A first text is what is read, whatever name it gives itself.
 */
export class AttachmentNames {
  readonly #delimiters = new Set<string>();
  readonly #named: NamedPart[] = [];
  #hasFirst = false;
  /** What the part says of itself that is under way; `null` while its body is. */
  #head: GrowingBytes | null = null;
  /** The line under way, as far as it is looked at. */
  #line = new GrowingBytes();
  #isLineStart = true;
  #lines = 0;

  /** @param section the message's own */
  constructor(section: HeaderSection) {
    this.#enter(section);
  }

  /** Takes the next bytes after the message's header section; all newlines are CRLF. */
  push(bytes: Uint8Array): void {
    if (this.#delimiters.size === 0 || bytes.length === 0) return;
    for (let at = 0; at < bytes.length && this.#lines < maxLines; ) {
      if (this.#head === null && this.#line.length === 0) at = this.#findHyphen(bytes, at);
      if (at < 0) break;
      const newline = bytes.indexOf(lf, at);
      const end = newline < 0 ? bytes.length : newline + 1;
      this.#hold(bytes.subarray(at, end));
      if (newline >= 0) this.#endLine();
      at = end;
    }
    this.#isLineStart = bytes[bytes.length - 1] === lf;
  }

  /** The names, in order, once the message is whole. */
  async read(): Promise<string[]> {
    this.#endHead();
    const names: string[] = [];
    for (const { mediaType, disposition } of this.#named) {
      const name = await readFilename(mediaType, disposition);
      if (name !== null) names.push(name);
    }
    return names;
  }

  /** Index of the next line that begins with a hyphen, or -1; content in Base64 has no hyphen at all. */
  #findHyphen(bytes: Uint8Array, from: number): number {
    let at = bytes.indexOf(hyphen, from);
    while (at >= 0 && (at === 0 ? !this.#isLineStart : bytes[at - 1] !== lf)) {
      const newline = bytes.indexOf(lf, at);
      at = newline < 0 ? -1 : bytes.indexOf(hyphen, newline + 1);
    }
    return at;
  }

  #hold(piece: Uint8Array): void {
    const room = maxHeadBytes - this.#line.length;
    this.#line.append(piece.subarray(0, room));
  }

  #endLine(): void {
    const { bytes } = this.#line;
    this.#line = new GrowingBytes();
    this.#lines += 1;
    const text = latin1.decode(bytes).trimEnd();
    if (text.startsWith("--") && this.#isDelimiter(text.slice(2))) {
      this.#endHead();
      this.#head = this.#delimiters.has(text.slice(2)) ? new GrowingBytes() : null;
    } else if (text === "") this.#endHead();
    else if (this.#head !== null && this.#head.length + bytes.length <= maxHeadBytes) this.#head.append(bytes);
  }

  #isDelimiter(name: string): boolean {
    return this.#delimiters.has(name) || (name.endsWith("--") && this.#delimiters.has(name.slice(0, -2)));
  }

  #endHead(): void {
    if (this.#head === null) return;
    const section = parseHeaderSection(this.#head.bytes);
    this.#head = null;
    this.#enter(section);
  }

  #enter(section: HeaderSection): void {
    const mediaType = parseParameterized(firstField(section, "content-type"));
    if (mediaType.value.startsWith("multipart/")) {
      const boundary = parameterOf(mediaType, "boundary").trimEnd();
      if (boundary !== "" && this.#delimiters.size < maxDelimiters) this.#delimiters.add(boundary);
      return;
    }
    const disposition = parseParameterized(firstField(section, "content-disposition"));
    const isText = mediaType.value === "" || mediaType.value === "text/plain" || mediaType.value === "text/html";
    const isRead = isText && !this.#hasFirst && disposition.value !== "attachment";
    this.#hasFirst = true;
    const isNamed = namesFile(mediaType) || namesFile(disposition);
    if (isNamed && !isRead && this.#named.length < maxNames) this.#named.push({ mediaType, disposition });
  }
}
