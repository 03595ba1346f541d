/** Keeps a relay's secrets out of what is told about its deliveries, should its provider echo them. */
import { secretMask } from "../../config/mask.ts";
import type { Provider } from "../provider/provider.ts";
import type { RelaySettings } from "../relay.ts";

/** Headers that carry nothing but a credential. */
const credentialHeaders = ["authorization", "x-amz-security-token"];

/** A token in the answer of a token endpoint (RFC 6749 section 5.1). */
const issuedToken = /"((?:access|refresh|id)_token"\s*:\s*")(?:[^"\\]|\\.)*/g;

/** Masks the secrets of one relay, and the credentials that its requests carried. */
export class SecretMask {
  readonly #secrets = new Set<string>();

  constructor(provider: Provider, settings: RelaySettings) {
    for (const [name, { secret }] of Object.entries(provider.settings)) {
      if (secret === true && settings[name] !== undefined) this.#learn(String(settings[name]));
    }
  }

  /** From now on what `headers` say about who asks is a secret, too. */
  learnFrom(headers: Headers): void {
    for (const name of credentialHeaders) {
      const value = headers.get(name);
      // The scheme in front of it is none.
      if (value !== null) this.#learn(value.replace(/^[\w-]+ +/, ""));
    }
  }

  /** `text` without the secrets, as they are or as JSON or a query writes them. */
  apply(text: string): string {
    let masked = text.replaceAll(issuedToken, `"$1${secretMask}`);
    for (const secret of this.#secrets) masked = masked.replaceAll(secret, secretMask);
    return masked;
  }

  #learn(secret: string): void {
    const forms = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
    // A longer one first: it may hold a shorter one.
    const all = [...this.#secrets, ...forms].filter((form) => form !== "").sort((a, b) => b.length - a.length);
    this.#secrets.clear();
    for (const form of all) this.#secrets.add(form);
  }
}
