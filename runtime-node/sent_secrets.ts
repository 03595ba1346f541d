/** Keeps what a session has signed in with out of what its server says: some repeat the command that they refuse. */
import { secretMask } from "../core/config/mask.ts";

/** What is shorter stands in ordinary replies, and no password should be. */
const shortest = 5;

/** Replies have one character for each byte. */
const maskInReply = Buffer.from(secretMask).toString("latin1");

/** The secrets that were sent. */
export class SentSecrets {
  readonly #user: string;
  /** As bytes of a reply, each one character; the longest first. */
  #forms: string[] = [];

  /** @param user is told as it is */
  constructor(user: string | undefined) {
    this.#user = user ?? "";
  }

  /** Learns from a line of a sign-in: `AUTH PLAIN …`, or base64 alone. */
  learn(line: string): void {
    const response = line.replace(/^AUTH \S+ */i, "");
    const parts = Buffer.from(response, "base64")
      .toString("latin1")
      .split(/\0|\x01(?:auth=Bearer )?/);
    const isSecret = (form: string) => form.length >= shortest && form !== this.#user && form !== `user=${this.#user}`;
    const forms = new Set([...this.#forms, ...[response, ...parts].filter(isSecret)]);
    this.#forms = [...forms].sort((one, other) => other.length - one.length);
  }

  /** `reply` without them. */
  mask(reply: string): string {
    return this.#forms.reduce((masked, form) => masked.replaceAll(form, maskInReply), reply);
  }
}
