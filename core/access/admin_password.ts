/** What the administrator's password may be. Pure. */
import { DispatchError } from "../error/mod.ts";

const leastCharacters = 12;
const mostCharacters = 1024;

/**
 * The one form in which a password is hashed: NFC, as RFC 8265 section 4.2 has it, whatever keyboard it was typed on.
 *
 * `null` for a text that is too long to be a password. It is counted before anything is done with it: a long row of
 * combining marks takes a normalizer quadratic time, and visitors who know no password could stop all mail with one.
 */
export function normalizePassword(password: string): string | null {
  const isShort = password.length <= mostCharacters * 2 && [...password].length <= mostCharacters;
  return isShort ? password.normalize("NFC") : null;
}

/** Returns a new password of at least `least` characters, normalized. @throws {DispatchError} `password_too_short`, `password_too_long` */
export function acceptPassword(password: string, least: number = leastCharacters): string {
  const normalized = normalizePassword(password);
  if (normalized === null) throw new DispatchError("password_too_long", { most: mostCharacters });
  if ([...normalized].length < least) throw new DispatchError("password_too_short", { least });
  return normalized;
}
