/**
 * The header by which a proxy says whose connection it passes on: versions 1 and 2 of the PROXY protocol, as HAProxy's
 * proxy-protocol.txt defines them.
 */
import { canonicalAddress } from "../access/cidr_list.ts";

/** What the bytes that have come so far are. */
export type ProxyHeaderReading =
  /** The beginning of a header; more has to come. */
  | { readonly kind: "incomplete" }
  | ProxyHeader
  /** No header; `reason` is the end of a sentence. */
  | { readonly kind: "invalid"; readonly reason: string };

/** A whole header. */
export interface ProxyHeader {
  readonly kind: "header";
  /** Address of the client, in canonical form; `null` where the proxy speaks for itself or does not know it. */
  readonly clientAddress: string | null;
  /** Bytes that belong to the header; what comes after them is the client's. */
  readonly length: number;
}

/** Bytes of a header, at most: that is how far a connection has to be read to know. */
export const maxProxyHeaderBytes = 4096;

/** Version 1, with its CRLF (section 2.1). */
const maxLineBytes = 107;
const linePrefix = [..."PROXY "].map((letter) => letter.charCodeAt(0));

/** Version 2 begins with these (section 2.2), which are no SMTP, no TLS, and no line of version 1. */
const signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
/** The signature, version and command, family and protocol, length. */
const fixedBytes = 16;

/** Bytes of each address in version 2, by the family. */
const addressSizes: Readonly<Record<number, number>> = { 1: 4, 2: 16 };
const portBytes = 2;

const incomplete: ProxyHeaderReading = { kind: "incomplete" };

/**
 * Reads a header from the start of a connection.
 *
 * @param bytes all that has come so far
 */
export function readProxyHeader(bytes: Uint8Array): ProxyHeaderReading {
  if (agrees(bytes, signature)) return readBinary(bytes);
  return agrees(bytes, linePrefix) ? readLine(bytes) : invalid("it does not begin as one");
}

/** Whether `bytes` are the beginning of `expected`, or begin with it. */
function agrees(bytes: Uint8Array, expected: readonly number[]): boolean {
  const length = Math.min(bytes.length, expected.length);
  for (let i = 0; i < length; i++) if (bytes[i] !== expected[i]) return false;
  return true;
}

function readLine(bytes: Uint8Array): ProxyHeaderReading {
  const text = String.fromCharCode(...bytes.subarray(0, maxLineBytes));
  const end = text.indexOf("\r\n");
  if (end < 0)
    return bytes.length < maxLineBytes ? incomplete : invalid(`its line is longer than ${maxLineBytes} bytes`);
  const length = end + 2;
  const line = text.slice(0, end);
  // What follows UNKNOWN is not to be looked at.
  if (/^PROXY UNKNOWN(?: |$)/.test(line)) return { kind: "header", clientAddress: null, length };
  const [, family, source = "", destination = "", ...ports] =
    /^PROXY TCP([46]) (\S+) (\S+) (\d{1,5}) (\d{1,5})$/.exec(line) ?? [];
  const areAddresses = [source, destination].every((address) => isOfFamily(address, family));
  if (!areAddresses || !ports.every(isPort)) return invalid("its line is malformed");
  return { kind: "header", clientAddress: canonicalAddress(source), length };
}

function isOfFamily(text: string, family: string | undefined): boolean {
  const isIpv6 = text.includes(":");
  return /^[\da-fA-F:.]+$/.test(text) && isIpv6 === (family === "6") && canonicalAddress(text) !== null;
}

/** A decimal number without leading zeros, as the specification wants it. */
function isPort(text: string): boolean {
  return Number(text) <= 65_535 && String(Number(text)) === text;
}

function readBinary(bytes: Uint8Array): ProxyHeaderReading {
  if (bytes.length < fixedBytes) return incomplete;
  const [version, command] = [bytes[12]! >> 4, bytes[12]! & 15];
  if (version !== 2) return invalid(`its version is ${version}`);
  if (command > 1) return invalid(`its command is ${command}`);
  const length = fixedBytes + (bytes[14]! << 8) + bytes[15]!;
  if (length > maxProxyHeaderBytes) return invalid(`it is longer than ${maxProxyHeaderBytes} bytes`);
  if (bytes.length < length) return incomplete;
  return command === 0 ? { kind: "header", clientAddress: null, length } : readAddress(bytes, length);
}

function readAddress(bytes: Uint8Array, length: number): ProxyHeaderReading {
  const [family, protocol] = [bytes[13]! >> 4, bytes[13]! & 15];
  if (family > 3 || protocol > 2) return invalid(`its family and protocol are ${bytes[13]}`);
  if (protocol === 2) return invalid("it is about datagrams");
  const size = addressSizes[family];
  // Unspecified, or a local socket of the proxy's host: there is no address to go by.
  if (size === undefined || protocol === 0) return { kind: "header", clientAddress: null, length };
  // Behind the addresses and ports come further fields, of which none is needed.
  if (length < fixedBytes + 2 * (size + portBytes)) return invalid("it is too short for its addresses");
  const address = bytes.subarray(fixedBytes, fixedBytes + size);
  return { kind: "header", clientAddress: writeAddress(address), length };
}

function writeAddress(bytes: Uint8Array): string | null {
  if (bytes.length === 4) return bytes.join(".");
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16));
  return canonicalAddress(groups.join(":"));
}

function invalid(reason: string): ProxyHeaderReading {
  return { kind: "invalid", reason };
}
