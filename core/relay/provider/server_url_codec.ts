/** Settings that are the address of a server's API. */
import { typedTextCodec } from "../../config/codec/typed_text.ts";
import type { SettingCodec } from "../../config/setting_codec.ts";

/**
 * The URL of an API, to which paths are added: HTTPS, or HTTP to a loopback address; at most 512 characters, without user,
 * query and fragment. The final slash is dropped.
 */
export function serverUrlCodec(): SettingCodec<string> {
  const rule = "must be an https URL without user name, query and fragment (http is for loopback addresses alone)";
  return typedTextCodec("text", rule, (text) => {
    const url = text.length <= 512 ? URL.parse(text.trim()) : null;
    return url !== null && isSafe(url) ? { value: url.href.replace(/\/+$/, "") } : { rule };
  });
}

function isSafe({ protocol, hostname, username, password, href }: URL): boolean {
  const isLoopback = hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d+){3}$/.test(hostname);
  const isEncrypted = protocol === "https:" || (protocol === "http:" && isLoopback);
  return isEncrypted && username === "" && password === "" && !/[?#]/.test(href);
}
