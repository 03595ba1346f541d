/** Settings that are a list of address ranges. */
import ipaddr from "ipaddr.js";
import type { ReadResult, SettingCodec } from "../setting_codec.ts";
import { parseJson, splitList } from "./text_form.ts";

const maxItems = 1000;

/**
 * A list of at most 1000 CIDR ranges (RFC 4632, RFC 4291 section 2.3), in the canonical form of RFC 5952.
 *
 * A bare address is the range of that address alone; host bits are cleared; an IPv4-mapped IPv6 range is the IPv4 range;
 * a range given twice is kept once. As text: a JSON array or a comma list.
 */
export function cidrListCodec(): SettingCodec<readonly string[]> {
  const rule = `must be a list of at most ${maxItems} CIDR ranges such as 10.0.0.0/8 or fd00::/8`;
  const fromJson = (json: unknown): ReadResult<readonly string[]> => {
    if (!Array.isArray(json) || json.length > maxItems) return { rule };
    const ranges = new Set<string>();
    for (const item of json) {
      const range = typeof item === "string" ? canonicalRange(item.trim()) : null;
      if (range === null) return { rule: `${rule}, which ${JSON.stringify(item)} is not` };
      ranges.add(range);
    }
    return { value: [...ranges] };
  };
  return {
    kind: "cidr_list",
    rule,
    fromJson,
    fromText: (text) => fromJson(text.trimStart().startsWith("[") ? parseJson(text) : splitList(text)),
    toText: (value) => JSON.stringify(value),
  };
}

/** The canonical form of a range or bare address, or `null` when it is neither. */
function canonicalRange(text: string): string | null {
  const [address = "", prefix, ...rest] = text.split("/");
  if (rest.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return null;
  // ipaddr.js also reads octal, hexadecimal and shortened IPv4 addresses, which mean different things to different tools.
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return canonicalIpv4(address, Number(prefix ?? 32));
  if (!address.includes(":") || address.includes("%") || !ipaddr.IPv6.isValid(address)) return null;
  const length = Number(prefix ?? 128);
  const parsed = ipaddr.IPv6.parse(address);
  if (parsed.isIPv4MappedAddress() && length >= 96)
    return canonicalIpv4(parsed.toIPv4Address().toString(), length - 96);
  return length > 128
    ? null
    : `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/${length}`).toRFC5952String()}/${length}`;
}

function canonicalIpv4(address: string, length: number): string | null {
  return length > 32 ? null : `${ipaddr.IPv4.networkAddressFromCIDR(`${address}/${length}`).toString()}/${length}`;
}
