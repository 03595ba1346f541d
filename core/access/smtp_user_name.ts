/** What a user of SMTP may be called. Pure. */

const mostCharacters = 128;

/** No control, format or private characters, no lone surrogates, no white space. */
const nameForm = /^[^\p{C}\p{Z}]+$/u;

/** The rule, as the end of a sentence. */
export const userNameRule = `must be a name of 1 to ${mostCharacters} characters without spaces and control characters`;

/**
 * The one form in which a name is kept and compared: lower case, then NFC, which is what UsernameCaseMapped (RFC 8265
 * section 3.3) makes of all names but those in fullwidth letters. Case makes no difference, since the keyboards of devices
 * and the people before them choose it freely.
 *
 * `null` for what can't be a name. It is counted before anything is done with it: strangers choose it.
 */
export function normalizeUserName(text: string): string | null {
  if (text.length > mostCharacters * 2 || [...text].length > mostCharacters) return null;
  const name = text.toLowerCase().normalize("NFC");
  return nameForm.test(name) ? name : null;
}
