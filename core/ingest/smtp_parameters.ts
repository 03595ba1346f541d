/** What `MAIL` and `RCPT` may say besides an address, judged from the line as it came. */
import type { SmtpReply } from "./smtp_replies.ts";

/** The two commands that name an address. */
export type AddressVerb = "MAIL" | "RCPT";

/**
 * The parameters that are known: those of the extensions that are offered, and `AUTH`, by which another server says who
 * has signed in there (RFC 4954 section 5) and from which nothing follows here.
 */
const known: Readonly<Record<AddressVerb, readonly string[]>> = {
  MAIL: ["SIZE", "BODY", "SMTPUTF8", "AUTH"],
  RCPT: [],
};

/** RFC 6531 section 3.5 names another code for each command. */
const needsAscii: Readonly<Record<AddressVerb, number>> = { MAIL: 550, RCPT: 553 };

const notAscii = /[^\0-\x7f]/;

/**
 * Why the command has to be refused for its parameters, or `null`: one that is not known (RFC 5321 section 4.1.1.11), or
 * one that is missing, since only a transaction with `SMTPUTF8` may name an address that is not ASCII (RFC 6531 section
 * 3.4). Whether the address is one is not judged here.
 *
 * @param isUtf8 whether the `MAIL` command of this transaction said `SMTPUTF8`
 */
export function refuseParameters(verb: AddressVerb, line: string, isUtf8: boolean): SmtpReply | null {
  const [, text] = /^[^>]*>(|\s.*)$/s.exec(line) ?? [];
  if (text === undefined) return null;
  const parameters = text.split(/\s+/).filter(Boolean);
  const names = parameters.map((parameter) => parameter.replace(/=.*/s, "").toUpperCase());
  if (names.some((name) => !known[verb].includes(name))) {
    return { code: 555, enhanced: "5.5.4", text: `${verb} has a parameter that is not known here` };
  }
  if (!notAscii.test(line) || isUtf8 || names.includes("SMTPUTF8")) return null;
  return { code: needsAscii[verb], enhanced: "5.6.7", text: "An address that is not ASCII needs SMTPUTF8" };
}
