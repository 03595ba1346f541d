/**
 * The SASL mechanism XOAUTH2, with which mail servers take an access token.
 *
 * https://developers.google.com/workspace/gmail/imap/xoauth2-protocol, which Microsoft's is the same as
 */
import { parseJson } from "../../config/codec/text_form.ts";
import { decodeBase64, encodeBase64 } from "../../ingest/base64.ts";

/** The client's response: `base64("user=" user ^A "auth=Bearer " token ^A ^A)`. */
export function xoauth2Response(user: string, token: string): string {
  return encodeBase64(new TextEncoder().encode(`user=${user}\x01auth=Bearer ${token}\x01\x01`));
}

/** What a server says against a token, in words; `""` where it says nothing that is understood. @param text of its 334 */
export function explainRefusal(text: string): string {
  const json = decodeBase64(text.trim());
  const said: unknown = json === null ? null : parseJson(new TextDecoder().decode(json));
  if (typeof said !== "object" || said === null || !("status" in said)) return "";
  const { status, schemes, scope } = said as Readonly<Record<string, unknown>>;
  if (typeof status !== "string" && typeof status !== "number") return "";
  const wanted =
    typeof scope === "string"
      ? `; it wants a ${typeof schemes === "string" ? schemes : "Bearer"} token for ${scope}`
      : "";
  return `the server says ${status} of the access token${wanted}`;
}
