/** The conversation of a test with a provider, as an operator reads it. */
import { singleLine } from "./single_line.ts";

/** Who speaks: this side, the provider, or nobody. */
export type Speaker = "sent" | "received" | "note";

const marks: Readonly<Record<Speaker, string>> = { sent: "→", received: "←", note: "•" };

/** Lines that are kept, and characters of one. */
const maxLines = 500;
const maxLineLength = 1000;

/** Text that is kept until the secrets are taken out of it, in characters. */
const maxLength = 262_144;

/** Keeps as much of a conversation as an operator can read, whoever the other side is. */
export class Transcript {
  readonly #told: { readonly speaker: Speaker; readonly line: string }[] = [];
  #length = 0;
  #isCut = false;

  add(speaker: Speaker, text: string): void {
    for (const line of text.split(/\r?\n/)) {
      this.#isCut ||= this.#told.length >= maxLines || this.#length + line.length > maxLength;
      if (this.#isCut) return;
      this.#told.push({ speaker, line });
      this.#length += line.length;
    }
  }

  /** @param mask takes the secrets out; it may know more of them at the end than it did at the start */
  lines(mask: (text: string) => string): string[] {
    const lines = this.#told.map(({ speaker, line }) => `${marks[speaker]} ${singleLine(mask(line), maxLineLength)}`);
    return this.#isCut ? [...lines, `${marks.note} (the rest is left out)`] : lines;
  }
}
