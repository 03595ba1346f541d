/** What tells two request bodies apart, for `Idempotency-Key`. */

/** SHA-256 of `bytes`, lower-case hex. */
export async function digestOf(bytes: Uint8Array<ArrayBuffer>, crypto: Pick<Crypto, "subtle">): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Digest of a body that has several parts, whatever stood between them.
 *
 * A client that repeats a form draws a new boundary: the same parts make the same digest all the same.
 */
export async function digestOfParts(
  parts: readonly { readonly label: string; readonly content: Uint8Array<ArrayBuffer> }[],
  crypto: Crypto,
): Promise<string> {
  const digests = await Promise.all(parts.map(async ({ label, content }) => [label, await digestOf(content, crypto)]));
  return digestOf(new TextEncoder().encode(JSON.stringify(digests)), crypto);
}
