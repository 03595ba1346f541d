/** Mail addresses as an envelope holds them (RFC 5321 section 4.1.2, RFC 6531 section 3.3). */
import ipaddr from "ipaddr.js";

/** Limits of RFC 5321 section 4.5.3.1, in octets; a path is an address and its two angle brackets. */
const maxLocalPartOctets = 64;
const maxDomainOctets = 255;
const maxAddressOctets = 254;

/** U+FFFD is what bytes that are not UTF-8 have turned into: nobody's address. */
const dotAtom =
  /^(?:[\w!#$%&'*+/=?^`{|}~-]|[^\0-\x7f\ufffd\p{C}\p{Z}])+(?:\.(?:[\w!#$%&'*+/=?^`{|}~-]|[^\0-\x7f\ufffd\p{C}\p{Z}])+)*$/u;
const quotedString = /^"(?:[ !#-[\]-~]|[^\0-\x7f\ufffd\p{C}\p{Z}]|\\[ -~])*"$/u;
/**
 * RFC 5321 has them in quotes. There is nobody who has such an address, and clients refuse to put one between the angle
 * brackets of a command, with all other recipients of the message.
 */
const angleBracket = /[<>]/;
const hostName = /^(?:\w(?:[\w-]{0,61}\w)?)(?:\.\w(?:[\w-]{0,61}\w)?)*$/;
const internationalName = /^[\w.\p{L}\p{M}\p{N}\u3002\uff0e\uff61-]+$/u;
const onlyAscii = /^[\0-\x7f]*$/;
const encoder = new TextEncoder();

/**
 * Parses the address in a `MAIL` or `RCPT` command, a request or a header, and returns it normalised, or `null` when it
 * is none.
 *
 * Format: `local@domain`, alone or in angle brackets; a source route (`@a,@b:`) is passed over, as RFC 5321 section
 * 4.1.1.3 asks. The local part is a dot-atom or a quoted string, ASCII or UTF-8, and keeps its case; quotes that it does
 * not need are dropped. The domain is a host name, returned in lower case and as A-labels, or an address literal
 * (`[192.0.2.1]`, `[IPv6:2001:db8::1]`). `postmaster` stands without a domain. The null path (`<>`) is no address:
 * the caller knows whether a sender may be empty.
 */
export function parsePath(text: string): string | null {
  const mailbox = withoutRoute(text.startsWith("<") && text.endsWith(">") ? text.slice(1, -1) : text);
  if (mailbox.length > maxAddressOctets) return null;
  if (mailbox.toLowerCase() === "postmaster") return "postmaster";
  const at = mailbox.lastIndexOf("@");
  if (at < 1) return null;
  const localPart = normalizeLocalPart(mailbox.slice(0, at));
  const domain = parseDomain(mailbox.slice(at + 1));
  if (localPart === null || domain === null) return null;
  const address = `${localPart}@${domain}`;
  return octets(address) > maxAddressOctets ? null : address;
}

function withoutRoute(path: string): string {
  return path.startsWith("@") ? path.slice(path.indexOf(":") + 1) : path;
}

function normalizeLocalPart(text: string): string | null {
  if (octets(text) > maxLocalPartOctets) return null;
  if (dotAtom.test(text)) return text;
  if (!quotedString.test(text)) return null;
  const content = text.slice(1, -1).replace(/\\(.)/g, "$1");
  if (angleBracket.test(content)) return null;
  return dotAtom.test(content) ? content : `"${content.replace(/["\\]/g, "\\$&")}"`;
}

/**
 * Parses what may stand behind the `@` of an address, and returns it normalised, or `null` when it is no domain: a host name
 * in lower case and as A-labels, or an address literal.
 */
export function parseDomain(text: string): string | null {
  if (text.startsWith("[")) return normalizeLiteral(text);
  const name = onlyAscii.test(text) ? text.toLowerCase() : toAsciiName(text);
  return name !== null && name.length <= maxDomainOctets && hostName.test(name) ? name : null;
}

/** `URL` carries IDNA (UTS 46) on every runtime; its reading of numbers as IPv4 addresses is not wanted here. */
function toAsciiName(name: string): string | null {
  if (!internationalName.test(name)) return null;
  const url = URL.parse(`http://${name}`);
  return url === null || /(?:^|\.)\d+$/.test(url.hostname) ? null : url.hostname;
}

function normalizeLiteral(text: string): string | null {
  const literal = /^\[(?:(ipv6:)([\da-f:.]+)|([\d.]+))\]$/i.exec(text);
  if (literal === null) return null;
  const [, tag, v6 = "", v4 = ""] = literal;
  if (tag === undefined) return ipaddr.IPv4.isValidFourPartDecimal(v4) ? text : null;
  return ipaddr.IPv6.isValid(v6) ? `[IPv6:${v6.toLowerCase()}]` : null;
}

function octets(text: string): number {
  return onlyAscii.test(text) ? text.length : encoder.encode(text).length;
}
