/** API keys: how they are made, recognised and digested. */

/** What every key starts with, so that a leaked one can be found by scanners. */
const keyPrefix = "dsp_live_";
const keyBytes = 32;
const keyForm = /^dsp_live_[\w-]{43}$/;

/** Generates a key: `dsp_live_` + 43 characters base64url of 256 random bits. */
export function generateApiKey(crypto: Pick<Crypto, "getRandomValues">): string {
  const bytes = crypto.getRandomValues(new Uint8Array(keyBytes));
  const base64 = btoa(String.fromCharCode(...bytes));
  return keyPrefix + base64.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** Tells whether `text` has the form of a key; not whether it is one. */
export function looksLikeApiKey(text: string): boolean {
  return keyForm.test(text);
}

/** SHA-256 of the whole key, lower-case hex: what is stored. 256 random bits need no slow hash. */
export async function digestApiKey(crypto: Pick<Crypto, "subtle">, key: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
