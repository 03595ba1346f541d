/** The passwords of the PFX files that the service writes. */
import { toBase64Url } from "../secret/mod.ts";

/** Returns a random password of 256 bits: 43 characters of base64url. */
export function randomPassword(crypto: Crypto): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
}
