/** What the administrator's password may be. Pure. */
import { DispatchError } from "../error/mod.ts";

const leastCharacters = 12;
const mostCharacters = 1024;

/** The one form in which a password is hashed: NFC, as RFC 8265 section 4.2 has it, whatever keyboard it was typed on. */
export function normalizePassword(password: string): string {
  return password.normalize("NFC");
}

/** Returns a new password, normalized. @throws {DispatchError} `password_too_short`, `password_too_long` */
export function acceptPassword(password: string): string {
  const normalized = normalizePassword(password);
  const characters = [...normalized].length;
  if (characters < leastCharacters) throw new DispatchError("password_too_short", { least: leastCharacters });
  if (characters > mostCharacters) throw new DispatchError("password_too_long", { most: mostCharacters });
  return normalized;
}
