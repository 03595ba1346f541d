/** Secrets that programs send as `Authorization: Bearer …` (RFC 6750): how they are made, recognised, read and digested. */
import { digestOf } from "../ingest/body_digest.ts";
import { toBase64Url } from "../secret/mod.ts";

const secretBytes = 32;
const randomForm = /^[\w-]{43}$/;

/** Generates a secret: `prefix` + 43 characters base64url of 256 random bits. A prefix lets scanners find a leaked one. */
export function generateBearerSecret(crypto: Pick<Crypto, "getRandomValues">, prefix: string): string {
  return prefix + toBase64Url(crypto.getRandomValues(new Uint8Array(secretBytes)));
}

/** Tells whether `text` has the form of a secret with `prefix`; not whether it is one. */
export function looksLikeBearerSecret(text: string, prefix: string): boolean {
  return text.startsWith(prefix) && randomForm.test(text.slice(prefix.length));
}

/** SHA-256 of the whole secret, lower-case hex: what is stored. 256 random bits need no slow hash. */
export function digestBearerSecret(crypto: Pick<Crypto, "subtle">, secret: string): Promise<string> {
  return digestOf(new TextEncoder().encode(secret), crypto);
}

/** What an `Authorization` header carries (RFC 6750 section 2.1); `null` when that is no bearer's secret. */
export function readBearer(authorization: string | null | undefined): string | null {
  return /^Bearer +(\S+) *$/i.exec(authorization ?? "")?.[1] ?? null;
}
