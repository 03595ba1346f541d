/** Settings that name a server: by host name or by address. */
import ipaddr from "ipaddr.js";
import { hostNameCodec } from "../../config/codec/host_name.ts";
import { typedTextCodec } from "../../config/codec/typed_text.ts";
import type { SettingCodec } from "../../config/setting_codec.ts";

/** A host name as `hostNameCodec` has it, or an IPv4 or IPv6 address without brackets, in its canonical form. */
export function hostCodec(): SettingCodec<string> {
  const names = hostNameCodec();
  const rule = "must be a host name, or an IPv4 or IPv6 address";
  return typedTextCodec("host_name", rule, (text) => {
    const address = canonicalAddress(text.trim());
    if (address !== null) return { value: address };
    const name = names.fromText(text);
    return "value" in name ? name : { rule };
  });
}

function canonicalAddress(text: string): string | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return text;
  return text.includes(":") && !text.includes("%") && ipaddr.IPv6.isValid(text)
    ? ipaddr.IPv6.parse(text).toRFC5952String()
    : null;
}
