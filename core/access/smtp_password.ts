/** What the password of an SMTP user may be. Pure. */
import { DispatchError } from "../error/mod.ts";
import { acceptPassword } from "./admin_password.ts";

/**
 * Less than the administrator's 12: the keypads of devices are short of characters, and some take no more. What makes up
 * for it is that guesses are few: five, and then a minute's wait.
 */
const leastCharacters = 8;

/**
 * Returns a new password, normalized (NFC).
 *
 * PLAIN ends a password at NUL (RFC 4616 section 2), and no keyboard has the other control characters (RFC 8265 section
 * 4.2).
 *
 * @throws {DispatchError} `password_too_short`, `password_too_long`, `password_has_controls`
 */
export function acceptSmtpPassword(password: string): string {
  const normalized = acceptPassword(password, leastCharacters);
  if (/\p{Cc}/u.test(normalized)) throw new DispatchError("password_has_controls", {});
  return normalized;
}
