/** The code that the first visit to the dashboard needs: printed by the service, known to whoever can read its output. */
import { equalSecrets } from "./equal_secrets.ts";

/** Letters and digits that can't be taken for one another. */
const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** Returns a code of 60 random bits: `XXXX-XXXX-XXXX`. */
export function generateSetupCode(crypto: Pick<Crypto, "getRandomValues">): string {
  const letters = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => alphabet[byte % alphabet.length]);
  return [0, 4, 8].map((start) => letters.slice(start, start + 4).join("")).join("-");
}

/** Tells whether `given` is `code`, however it was typed: lower case, without dashes, with spaces. `null` is no code at all. */
export function isSetupCode(given: string, code: string | null): boolean {
  return code !== null && equalSecrets(plain(given), plain(code));
}

function plain(code: string): string {
  return code.toUpperCase().replaceAll(/[-\s]/g, "");
}
