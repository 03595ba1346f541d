/** Settings that are the name of a host. */
import type { ReadResult, SettingCodec } from "../setting_codec.ts";
import { parseJson } from "./text_form.ts";

const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
// The last label is not all digits, so that no address passes as a name (RFC 1123 section 2.1, RFC 3696 section 2).
const hostName = new RegExp(`^(?:${label}\\.)*(?!\\d+$)${label}$`);

/**
 * A host name of letters, digits, hyphens and dots (RFC 1123 section 2.1), at most 253 characters, in lower case.
 *
 * A name in other scripts is turned into its A-labels (RFC 5890); a final dot is dropped.
 */
export function hostNameCodec(): SettingCodec<string> {
  const rule = "must be a host name of letters, digits, hyphens and dots, at most 253 characters";
  const fromJson = (json: unknown): ReadResult<string> => {
    const value = typeof json === "string" ? asciiName(json.trim()) : "";
    return value.length <= 253 && hostName.test(value) ? { value } : { rule };
  };
  return {
    kind: "host_name",
    rule,
    fromJson,
    fromText: (text) => {
      const json = parseJson(text);
      return fromJson(typeof json === "string" ? json : text);
    },
    toText: (value) => value,
  };
}

/** `name` in A-labels and lower case without its final dot; `""` when it can't be a name. */
function asciiName(name: string): string {
  const bare = name.replace(/\.$/, "");
  if (/^[a-z0-9.-]*$/i.test(bare)) return bare.toLowerCase();
  // The rest goes through the URL parser, which knows IDNA; what has a meaning in a URL must not get there.
  const url = /[\p{Cc}\s/\\?#@:%[\]]/u.test(bare) ? null : URL.parse(`http://${bare}`);
  return url?.hostname ?? "";
}
