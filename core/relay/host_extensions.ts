/** What a smart host offers, as its reply to EHLO tells (RFC 5321 section 4.1.1.1). */

/** The extensions of one host. */
export class HostExtensions {
  readonly #keywords = new Map<string, readonly string[]>();

  /** @param reply all lines, as they came; that to HELO has none after the first */
  constructor(reply: string) {
    for (const line of reply.split(/\r?\n/).slice(1)) {
      // Old servers write `AUTH=PLAIN`.
      const [keyword = "", ...words] = line
        .slice(4)
        .trim()
        .toUpperCase()
        .split(/[\s=]+/);
      this.#keywords.set(keyword, [...this.#wordsOf(keyword), ...words]);
    }
  }

  has(keyword: string): boolean {
    return this.#keywords.has(keyword);
  }

  /** The names of the SASL mechanisms, in upper case. */
  get mechanisms(): readonly string[] {
    return this.#wordsOf("AUTH");
  }

  /** Size in bytes of the largest message that it takes; `null` where it names none (RFC 1870 section 4). */
  get maxMessageBytes(): number | null {
    const [size = ""] = this.#wordsOf("SIZE");
    return /^[1-9]\d{0,15}$/.test(size) ? Number(size) : null;
  }

  #wordsOf(keyword: string): readonly string[] {
    return this.#keywords.get(keyword) ?? [];
  }
}
