/** Reads what an operator asks a generated certificate to be. Pure. */
import type { GenerateRequest } from "./certificate_service.ts";
import type { SelfSignedOptions } from "./generate.ts";
import { defaultKeyKind, type KeyKind, keyKinds } from "./key_kind.ts";
import { type CertificateNames, normalizeAddress, normalizeDnsName } from "./names.ts";
import { validityDays } from "./validity_days.ts";

/** One thing that can't be as it was asked for. */
export interface RequestViolation {
  /** Where it stands in the request: `names[2]`, `days`. */
  readonly path: string;
  /** One sentence, with the value in it. */
  readonly message: string;
}

/** All that a certificate is generated from, but the moment. */
export type GenerateOptions = Required<Omit<SelfSignedOptions, "nowMs">>;

/** What a request was read as: options when there is no violation. */
export type GenerateReading =
  | { readonly options: GenerateOptions; readonly violations: readonly [] }
  | { readonly options: null; readonly violations: readonly RequestViolation[] };

/**
 * Reads a request, with its names and addresses as people type them: in capitals, outside ASCII, with a trailing dot or
 * spaces around, twice. An address among the names is taken for the address that it is.
 *
 * @param automatic The names and addresses of a request that has neither.
 */
export function readGenerateRequest(request: GenerateRequest, automatic: CertificateNames): GenerateReading {
  const { names = [], addresses = [], key = defaultKeyKind, days = validityDays.usual } = request;
  const readings = [...readAll("names", names, readName), ...readAll("addresses", addresses, readAddress)];
  const violations = [
    ...readings.flatMap((reading) => ("message" in reading ? [reading] : [])),
    ...objectToKey(key),
    ...objectToDays(days),
  ];
  if (violations.length > 0) return { options: null, violations };
  const found = readings.length === 0 ? automatic : collectNames(readings);
  return { options: { ...found, key, days }, violations: [] };
}

type Accepted = { readonly dnsName: string } | { readonly ipAddress: string };
type Reading = Accepted | RequestViolation;

/** @param read Returns what the text is, or the sentence that says why it is nothing. */
function readAll(list: string, texts: readonly string[], read: (text: string) => Accepted | string): Reading[] {
  return texts.map((text, index) => {
    const reading = read(text.trim());
    return typeof reading === "string" ? { path: `${list}[${index}]`, message: reading } : reading;
  });
}

function collectNames(readings: readonly Reading[]): CertificateNames {
  return {
    dnsNames: unique(readings.flatMap((reading) => ("dnsName" in reading ? [reading.dnsName] : []))),
    ipAddresses: unique(readings.flatMap((reading) => ("ipAddress" in reading ? [reading.ipAddress] : []))),
  };
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function readName(text: string): Accepted | string {
  const address = normalizeAddress(text);
  if (address !== null) return acceptAddress(text, address);
  const dnsName = normalizeDnsName(text);
  return dnsName === null ? objectToName(text) : { dnsName };
}

function readAddress(text: string): Accepted | string {
  const address = normalizeAddress(text);
  if (address !== null) return acceptAddress(text, address);
  if (text === "") return "An address is empty.";
  if (/^[^/]+\/\d+$/.test(text)) return `${quote(text)} is a network; a certificate is for single addresses.`;
  return normalizeDnsName(text) === null
    ? `${quote(text)} is not an IP address, such as 192.0.2.1 or 2001:db8::1.`
    : `${quote(text)} is a name, not an IP address; give it among the names.`;
}

function acceptAddress(text: string, ipAddress: string): Accepted | string {
  const isUnspecified = ipAddress === "0.0.0.0" || ipAddress === "::";
  return isUnspecified ? `${quote(text)} is no address that a client can connect to.` : { ipAddress };
}

function objectToName(text: string): string {
  const quoted = quote(text);
  if (text === "") return "A name is empty.";
  if (text.includes("://")) return `${quoted} is a URL; give the name in it alone.`;
  if (text.includes("@")) return `${quoted} is a mail address; give the name behind the @ alone.`;
  if (text.includes("/")) return `${quoted} has a slash in it, which no name has.`;
  if (/:\d+$/.test(text)) return `${quoted} has a port in it; a certificate is for all ports of a name.`;
  if (text.includes("*")) return `${quoted} is no wildcard that clients take; one is written as in *.example.org.`;
  if (/^[\d.]+$/.test(text)) return `${quoted} is not a whole IP address, such as 192.0.2.1.`;
  return `${quoted} is not a DNS name: those have letters, digits and hyphens, with dots between parts of at most 63 characters.`;
}

function objectToKey(key: KeyKind): RequestViolation[] {
  if (Object.hasOwn(keyKinds, key)) return [];
  const kinds = Object.keys(keyKinds).join(", ");
  return [{ path: "key", message: `${quote(key)} is not a kind of key; there are ${kinds}.` }];
}

function objectToDays(days: number): RequestViolation[] {
  const { least, most } = validityDays;
  if (Number.isInteger(days) && days >= least && days <= most) return [];
  return [{ path: "days", message: `${days} days of validity can't be had; ask for ${least} to ${most}.` }];
}

function quote(text: string): string {
  return JSON.stringify(text);
}
