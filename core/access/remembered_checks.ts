/** Checks of passwords that were right a moment ago: a busy device does not cost an Argon2id for each message. */
import type { PasswordHasher } from "../capabilities.ts";

/** What {@link RememberedChecks} are made with. */
export interface RememberedChecksOptions {
  readonly crypto: Pick<Crypto, "subtle">;
  readonly hasher: PasswordHasher;
  readonly nowMs: () => number;
}

/** A guesser who finds a password meets it within this time at no cost; an hour would be no great help to a device. */
const rememberedMs = 300_000;
const maxRemembered = 1000;

/**
 * Verifies passwords, and remembers for five minutes which were right, for 1,000 of them.
 *
 * What is remembered is an HMAC-SHA-256 of hash and password under a key that is made for this process and can't be read
 * out of it. The hash is different whenever a password is set, so what is remembered about an old one is never found again.
 */
export class RememberedChecks {
  readonly #options: RememberedChecksOptions;
  readonly #rightUntilMs = new Map<string, number>();
  readonly #underWay = new Map<string, Promise<boolean>>();
  #key: Promise<CryptoKey> | undefined;

  constructor(options: RememberedChecksOptions) {
    this.#options = options;
  }

  /** Whether `password` gives `encoded`; the same question asked twice at a time is answered once. @throws as the hasher */
  async verify(password: string, encoded: string): Promise<boolean> {
    const digest = await this.#digest(`${encoded}\0${password}`);
    if (this.#isRemembered(digest)) return true;
    const underWay = this.#underWay.get(digest) ?? this.#ask(digest, password, encoded);
    return await underWay;
  }

  #isRemembered(digest: string): boolean {
    const untilMs = this.#rightUntilMs.get(digest);
    if (untilMs === undefined) return false;
    const leftMs = untilMs - this.#options.nowMs();
    // More is left than there ever was when the clock was set back.
    if (leftMs > 0 && leftMs <= rememberedMs) return true;
    this.#rightUntilMs.delete(digest);
    return false;
  }

  #ask(digest: string, password: string, encoded: string): Promise<boolean> {
    const asked = this.#options.hasher
      .verify(password, encoded)
      .then((isRight) => {
        if (isRight) this.#remember(digest);
        return isRight;
      })
      .finally(() => this.#underWay.delete(digest));
    this.#underWay.set(digest, asked);
    return asked;
  }

  #remember(digest: string): void {
    if (this.#rightUntilMs.size >= maxRemembered) {
      this.#rightUntilMs.delete(this.#rightUntilMs.keys().next().value!);
    }
    this.#rightUntilMs.set(digest, this.#options.nowMs() + rememberedMs);
  }

  async #digest(text: string): Promise<string> {
    const { subtle } = this.#options.crypto;
    this.#key ??= subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const digest = new Uint8Array(await subtle.sign("HMAC", await this.#key, new TextEncoder().encode(text)));
    return String.fromCharCode(...digest);
  }
}
