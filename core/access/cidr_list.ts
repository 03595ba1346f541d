/** Lists of networks, as `listener.allowed_cidrs` and its like hold them. */
import ipaddr from "ipaddr.js";

/** A compiled list. */
export interface CidrList {
  /**
   * Tells whether a network of the list has the address in it.
   *
   * An IPv4-mapped address (`::ffff:192.0.2.1`) is taken as IPv4, a zone (`fe80::1%eth0`) is passed over. What is no
   * address is in no network.
   */
  includes(address: string): boolean;
}

type IpAddress = ReturnType<typeof ipaddr.parse>;

interface Network {
  readonly bytes: readonly number[];
  readonly prefixLength: number;
}

/** Bits that IPv4-mapped addresses have in front (RFC 4291 section 2.5.5.2). */
const mappedPrefixLength = 96;
/** Canonical IPv4, or that in the form in which a dual-stack socket tells it. */
const plainIpv4 = /^(?:::ffff:)?((?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4})$/;
/** Clients come back: their answers are kept, as many as these. */
const maxRemembered = 1024;

/**
 * Compiles a list of networks in CIDR notation; a bare address is the network of that one address. An empty list includes
 * nobody.
 *
 * @throws {RangeError} for what is no network; the settings are checked before they come here
 */
export function compileCidrList(cidrs: readonly string[]): CidrList {
  const networks = cidrs.map(parseNetwork);
  const remembered = new Map<string, boolean>();
  function includes(address: string): boolean {
    const known = remembered.get(address);
    if (known !== undefined) return known;
    const bytes = addressBytes(address);
    const isIncluded = bytes !== null && networks.some((network) => isWithin(bytes, network));
    if (remembered.size >= maxRemembered) remembered.clear();
    remembered.set(address, isIncluded);
    return isIncluded;
  }
  return { includes };
}

function parseNetwork(cidr: string): Network {
  const [text = "", prefix] = cidr.trim().split("/", 2);
  const address = parse(text);
  const bits = address === null ? 0 : address.toByteArray().length * 8;
  const prefixLength = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (address === null || !(prefixLength <= bits)) {
    throw new RangeError(`Cannot use a CIDR list as networks: current value is ${JSON.stringify(cidr)}`);
  }
  const isMapped = prefixLength >= mappedPrefixLength && isIpv4Mapped(address);
  return isMapped
    ? { bytes: address.toIPv4Address().toByteArray(), prefixLength: prefixLength - mappedPrefixLength }
    : { bytes: address.toByteArray(), prefixLength };
}

/**
 * The 4 or 16 bytes of an IP address, or `null` for what is none. An IPv4-mapped address has 4, a zone is passed over.
 */
export function addressBytes(text: string): readonly number[] | null {
  const address = parse(text);
  if (address === null) return null;
  return (isIpv4Mapped(address) ? address.toIPv4Address() : address).toByteArray();
}

/**
 * An IP address in the form that it is kept and compared in: IPv4-mapped as IPv4, IPv6 as in RFC 5952, without zone; `null`
 * for what is none.
 */
export function canonicalAddress(text: string): string | null {
  // Each connection is asked for its address, and nearly every one has this form.
  const [, plain] = plainIpv4.exec(text) ?? [];
  if (plain !== undefined) return plain;
  const address = parse(text);
  if (address === null) return null;
  const unmapped = isIpv4Mapped(address) ? address.toIPv4Address() : address;
  return unmapped instanceof ipaddr.IPv6 ? unmapped.toRFC5952String() : unmapped.toString();
}

function parse(text: string): IpAddress | null {
  const withoutZone = text.split("%", 1)[0]!;
  if (ipaddr.IPv4.isValidFourPartDecimal(withoutZone)) return ipaddr.IPv4.parse(withoutZone);
  return ipaddr.IPv6.isValid(withoutZone) ? ipaddr.IPv6.parse(withoutZone) : null;
}

function isIpv4Mapped(address: IpAddress): address is ipaddr.IPv6 {
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress();
}

function isWithin(address: readonly number[], { bytes, prefixLength }: Network): boolean {
  if (address.length !== bytes.length) return false;
  const whole = prefixLength >> 3;
  for (let i = 0; i < whole; i++) if (address[i] !== bytes[i]) return false;
  const left = prefixLength & 7;
  return left === 0 || (address[whole]! ^ bytes[whole]!) >> (8 - left) === 0;
}
