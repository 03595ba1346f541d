/** Seals secrets for storage, each bound to the place that it is stored in. Touches WebCrypto only. */
import { DispatchError } from "../error/mod.ts";
import { fromBase64Url, toBase64Url } from "./base64url.ts";

const VERSION = "v1.";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * A box for secrets under one key: AES-256-GCM (NIST SP 800-38D) with a random nonce for each sealing.
 *
 * Sealed text = `v1.` + base64url(nonce (12 bytes) ‖ ciphertext ‖ tag (16 bytes)), the UTF-8 of the place being the
 * additional data. A sealed text that is copied to another place therefore does not open there. Places are paths such as
 * `config/tls.cert_password` or `relay/rly_…/password`.
 */
export class SecretBox {
  readonly #crypto: Crypto;
  readonly #key: CryptoKey;

  private constructor(crypto: Crypto, key: CryptoKey) {
    this.#crypto = crypto;
    this.#key = key;
  }

  /**
   * Returns the box of a raw key of 32 bytes.
   *
   * @throws {RangeError} when the key has another length
   */
  static async fromKey(crypto: Crypto, keyBytes: Uint8Array<ArrayBuffer>): Promise<SecretBox> {
    if (keyBytes.length !== KEY_BYTES) {
      throw new RangeError(
        `Cannot use bytes as the key of a secret box: current value is ${keyBytes.length} bytes long`,
      );
    }
    const key = await crypto.subtle.importKey("raw", keyBytes, "AES-GCM", false, ["encrypt", "decrypt"]);
    return new SecretBox(crypto, key);
  }

  /** Seals `plaintext` for `place`; two sealings of one text differ. */
  async seal(place: string, plaintext: string): Promise<string> {
    const nonce = this.#crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const encrypted = await this.#crypto.subtle.encrypt(
      gcmParameters(place, nonce),
      this.#key,
      new TextEncoder().encode(plaintext),
    );
    const sealed = new Uint8Array(NONCE_BYTES + encrypted.byteLength);
    sealed.set(nonce);
    sealed.set(new Uint8Array(encrypted), NONCE_BYTES);
    return VERSION + toBase64Url(sealed);
  }

  /**
   * Opens what was sealed for `place`.
   *
   * @throws {DispatchError} `secret_unreadable` when it was sealed under another key or for another place, or was changed
   */
  async open(place: string, sealed: string): Promise<string> {
    const bytes = sealed.startsWith(VERSION) ? fromBase64Url(sealed.slice(VERSION.length)) : null;
    if (bytes === null || bytes.length < NONCE_BYTES + TAG_BYTES)
      throw new DispatchError("secret_unreadable", { place });
    const parameters = gcmParameters(place, bytes.subarray(0, NONCE_BYTES));
    try {
      const plaintext = await this.#crypto.subtle.decrypt(parameters, this.#key, bytes.subarray(NONCE_BYTES));
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(plaintext);
    } catch (cause) {
      throw new DispatchError("secret_unreadable", { place }, { cause });
    }
  }
}

function gcmParameters(place: string, nonce: Uint8Array<ArrayBuffer>): AesGcmParams {
  return { name: "AES-GCM", iv: nonce, additionalData: new TextEncoder().encode(place), tagLength: TAG_BYTES * 8 };
}
