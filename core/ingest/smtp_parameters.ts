/** What `MAIL` and `RCPT` say: a path, and parameters (RFC 5321 section 4.1.2). */
import { DispatchError } from "../error/mod.ts";
import type { MessageDsn, RecipientDsn } from "../mail/dsn_request.ts";
import { type SmtpReply, smtpReplyTo } from "./smtp_replies.ts";

/** The two commands that name an address. */
export type AddressVerb = "MAIL" | "RCPT";

/** What such a command is judged by. */
export interface AddressContext {
  /** Whether the `MAIL` command of this transaction said `SMTPUTF8`. */
  readonly isUtf8: boolean;
  /** The most bytes that a message may have. */
  readonly maxMessageBytes: number;
}

/** A command that was understood. */
export interface AddressCommand {
  /** What stands between the angle brackets; whether it is an address is not judged here. */
  readonly path: string;
  /** Whether the transaction may name addresses that are not ASCII. */
  readonly isUtf8: boolean;
  /** What it asks for (RFC 3461); absent where it asks for nothing. */
  readonly dsn?: MessageDsn & RecipientDsn;
}

/** Judges the text after the `=` of a parameter; `null` where there is none. */
type JudgeValue = (value: string | null, context: AddressContext) => SmtpReply | null;

interface AddressForm {
  /** All before the path. Spaces after the colon are against the rule, and old devices send them. */
  readonly introduction: RegExp;
  readonly field: string;
  /** RFC 6531 section 3.5 names another code for each command. */
  readonly needsUtf8: number;
  /** The parameters of the extensions that are offered. */
  readonly parameters: ReadonlyMap<string, JudgeValue>;
}

const xtext = /^(?:[!-*,-<>-~]|\+[\dA-F]{2})+$/;

const forms: Readonly<Record<AddressVerb, AddressForm>> = {
  MAIL: {
    introduction: /^MAIL +FROM *: */i,
    field: "sender",
    needsUtf8: 550,
    parameters: new Map<string, JudgeValue>([
      ["SIZE", judgeSize],
      ["BODY", (value) => (/^(?:7BIT|8BITMIME)$/i.test(value ?? "") ? null : badValue("BODY"))],
      ["SMTPUTF8", (value) => (value === null ? null : badValue("SMTPUTF8"))],
      // Another server says who has signed in there (RFC 4954 section 5); nothing follows from that here.
      ["AUTH", (value) => (value === "<>" || xtext.test(value ?? "") ? null : badValue("AUTH"))],
      ["RET", (value) => (/^(?:FULL|HDRS)$/i.test(value ?? "") ? null : badValue("RET"))],
      // RFC 3461 section 4.4
      ["ENVID", (value) => (isXtext(value, 100) ? null : badValue("ENVID"))],
    ]),
  },
  RCPT: {
    introduction: /^RCPT +TO *: */i,
    field: "recipient",
    needsUtf8: 553,
    parameters: new Map<string, JudgeValue>([
      ["NOTIFY", (value) => (notifyForm.test(value ?? "") ? null : badValue("NOTIFY"))],
      ["ORCPT", judgeOriginalRecipient],
    ]),
  },
};

const dsnNames = ["RET", "ENVID", "NOTIFY", "ORCPT"];

/** RFC 3461 section 4.1; a word that stands there twice asks for nothing more. */
const notifyForm = /^(?:NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY)){0,2})$/i;

/**
 * A path and all after it. In quotes a local part may hold any character, `>` and `@` and spaces among them. Old devices
 * leave out the angle brackets, which Postfix takes from them, too.
 */
const pathAndRest = /^(?:<((?:"(?:[^"\\]|\\.)*"|[^">])*)>|([^\s<>"]+@[^\s<>"]+))(?: (.*))?$/s;
const notAscii = /[^\0-\x7f]/;

/** Reads a whole command line, or tells what it has to be refused with. */
export function readAddressCommand(
  verb: AddressVerb,
  line: string,
  context: AddressContext,
): AddressCommand | { readonly refusal: SmtpReply } {
  const { introduction, field, needsUtf8, parameters } = forms[verb];
  const [, enclosed, path = enclosed, rest = ""] = pathAndRest.exec(line.replace(introduction, "").trimEnd()) ?? [];
  // `postmaster` without a domain is a recipient, and no sender (RFC 5321 section 4.1.1.3).
  if (path === undefined || !introduction.test(line) || (verb === "MAIL" && /^[^@]+$/.test(path))) {
    return { refusal: smtpReplyTo(new DispatchError("address_invalid", { address: line, field })) };
  }
  const given = rest.split(/\s+/).filter(Boolean).map(readParameter);
  const refusal = judgeParameters(verb, given, parameters, context);
  if (refusal !== null) return { refusal };
  const isUtf8 = context.isUtf8 || given.some(({ name }) => name === "SMTPUTF8");
  if (isUtf8 || !notAscii.test(line)) return { path, isUtf8, ...requestIn(given) };
  return { refusal: reply(needsUtf8, "5.6.7", "An address that is not ASCII needs SMTPUTF8") };
}

type Parameter = ReturnType<typeof readParameter>;

function readParameter(text: string) {
  const [name = "", ...value] = text.split("=");
  return { name: name.toUpperCase(), value: value.length === 0 ? null : value.join("=") };
}

/** What the parameters ask for, once they have been judged. */
function requestIn(given: readonly Parameter[]): Pick<AddressCommand, "dsn"> {
  if (!given.some(({ name }) => dsnNames.includes(name))) return {};
  const values = new Map(given.map(({ name, value }) => [name, value ?? ""]));
  const [ret, envid, notify, orcpt] = dsnNames.map((name) => values.get(name));
  const dsn = {
    ...(ret === undefined ? {} : { ret: ret.toUpperCase() as "FULL" | "HDRS" }),
    ...(envid === undefined ? {} : { envid }),
    ...(notify === undefined ? {} : { notify: [...new Set(notify.toUpperCase().split(","))] }),
    ...(orcpt === undefined ? {} : { orcpt }),
  };
  return { dsn };
}

function judgeParameters(
  verb: AddressVerb,
  given: readonly Parameter[],
  known: AddressForm["parameters"],
  context: AddressContext,
): SmtpReply | null {
  // RFC 5321 section 4.1.1.11
  if (given.some(({ name }) => !known.has(name))) {
    return reply(555, "5.5.4", `${verb} has a parameter that is not known here`);
  }
  if (new Set(given.map(({ name }) => name)).size < given.length) {
    return reply(501, "5.5.4", `${verb} has a parameter twice`);
  }
  for (const { name, value } of given) {
    const refusal = known.get(name)!(value, context);
    if (refusal !== null) return refusal;
  }
  return null;
}

/** RFC 3461 section 4.2: a type, and an address of it. */
function judgeOriginalRecipient(value: string | null): SmtpReply | null {
  const [, type = "", address = ""] = /^([A-Za-z0-9-]+);(.*)$/s.exec(value ?? "") ?? [];
  return type !== "" && `${type};`.length + address.length <= 500 && isXtext(address, 500) ? null : badValue("ORCPT");
}

/** Whether it is xtext of so many characters, all of them printable when decoded (RFC 3461 sections 4.2 and 4.4). */
function isXtext(value: string | null, maxLength: number): boolean {
  if (value === null || value.length > maxLength || !xtext.test(value)) return false;
  return !/\+(?:[01]|7F|[89A-F])/.test(value);
}

/** RFC 1870 section 6.1 */
function judgeSize(value: string | null, { maxMessageBytes }: AddressContext): SmtpReply | null {
  if (!/^\d{1,20}$/.test(value ?? "")) return badValue("SIZE");
  if (Number(value) <= maxMessageBytes) return null;
  return smtpReplyTo(new DispatchError("message_too_large", { limitBytes: maxMessageBytes }));
}

function badValue(name: string): SmtpReply {
  return reply(501, "5.5.4", `${name} has a value that it can't have`);
}

function reply(code: number, enhanced: string, text: string): SmtpReply {
  return { code, enhanced, text };
}
