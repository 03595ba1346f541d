/** One address range as an operator writes it. */
import ipaddr from "ipaddr.js";

/** A range that was understood. */
export interface CidrRange {
  /** In its canonical form. */
  readonly range: string;
  /** Whether bits behind the prefix were set, and have been cleared. */
  readonly hadHostBits: boolean;
}

/** What is wrong with a text that is no range, as the end of a sentence. */
export interface CidrFault {
  readonly fault: string;
}

/** What tells the two families apart. */
interface Family {
  readonly name: string;
  readonly bits: number;
  readonly networkOf: (cidr: string) => string;
}

const ipv4: Family = {
  name: "IPv4",
  bits: 32,
  networkOf: (cidr) => ipaddr.IPv4.networkAddressFromCIDR(cidr).toString(),
};
const ipv6: Family = {
  name: "IPv6",
  bits: 128,
  networkOf: (cidr) => ipaddr.IPv6.networkAddressFromCIDR(cidr).toRFC5952String(),
};

/** Bits that IPv4-mapped addresses have in front (RFC 4291 section 2.5.5.2). */
const mappedBits = 96;

/**
 * Reads a range in CIDR notation (RFC 4632, RFC 4291 section 2.3) into the form of RFC 5952.
 *
 * A bare address is the range of that address alone, host bits are cleared, an IPv4-mapped IPv6 range is the IPv4 range.
 */
export function readCidrRange(text: string): CidrRange | CidrFault {
  const [address = "", prefix, ...rest] = text.split("/");
  const fault = addressFault(address) ?? (rest.length > 0 ? "has more than one slash" : prefixFault(prefix));
  if (fault !== null) return { fault };
  const length = prefix === undefined ? null : Number(prefix);
  if (!address.includes(":")) return canonicalRange(ipv4, address, length);
  const parsed = ipaddr.IPv6.parse(address);
  return parsed.isIPv4MappedAddress() && (length ?? ipv6.bits) >= mappedBits && (length ?? 0) <= ipv6.bits
    ? canonicalRange(ipv4, parsed.toIPv4Address().toString(), length === null ? null : length - mappedBits)
    : canonicalRange(ipv6, parsed.toRFC5952String(), length);
}

function canonicalRange(
  { name, bits, networkOf }: Family,
  address: string,
  prefix: number | null,
): CidrRange | CidrFault {
  const length = prefix ?? bits;
  if (length > bits) return { fault: `has a prefix of ${length} bits, and an ${name} address has ${bits}` };
  const network = networkOf(`${address}/${length}`);
  return { range: `${network}/${length}`, hadHostBits: network !== address };
}

function prefixFault(prefix: string | undefined): string | null {
  if (prefix === undefined || /^\d{1,3}$/.test(prefix)) return null;
  if (prefix === "") return "has no prefix length behind its slash";
  return prefix.includes(".")
    ? "has a netmask, where the number of its bits is needed, as in 10.0.0.0/8"
    : "has a prefix length that is no number";
}

/** ipaddr.js also reads octal, hexadecimal and shortened IPv4 addresses, which mean different things to different tools. */
function addressFault(address: string): string | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return null;
  if (address.includes("%")) return "has a zone, which is a name on one host alone";
  if (address.includes(":")) return ipaddr.IPv6.isValid(address) ? null : "is no IPv6 address";
  if (address === "*" || address.toLowerCase() === "all") return "is no range; everybody is 0.0.0.0/0, ::/0";
  if (address === "") return "has no address";
  return /^[\d.]+$|^0x/i.test(address)
    ? "is no IPv4 address, which is four numbers from 0 to 255 without leading zeros"
    : "is a name or a word, and only addresses are compared";
}
