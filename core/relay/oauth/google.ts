/**
 * Access tokens of Google for a service account that acts for a mailbox of its organisation (domain-wide delegation).
 *
 * https://developers.google.com/identity/protocols/oauth2/service-account
 */
import { z } from "zod";
import { parseJson } from "../../config/codec/text_form.ts";
import type { ReadResult, SettingCodec } from "../../config/setting_codec.ts";
import { serverUrlCodec } from "../provider/server_url_codec.ts";
import type { RelaySettings } from "../relay.ts";
import type { ServiceAccount } from "./token_grant.ts";

/** Google's own have some 2,400 bytes. */
const longestKeyFile = 16_384;

const googleEndpoint = "https://oauth2.googleapis.com/token";

/** What is used of a key file; the rest of it is passed over. */
const keyFile = z.object({
  type: z.literal("service_account"),
  client_email: z.email().max(320),
  private_key: z.string().regex(/^\s*-----BEGIN PRIVATE KEY-----[\sA-Za-z0-9+/=]+-----END PRIVATE KEY-----\s*$/),
  private_key_id: z.string().max(256).optional(),
  token_uri: z.string().default(googleEndpoint),
});

/** The JSON key file of a service account, whole; kept is what is used of it. */
export function serviceAccountCodec(): SettingCodec<string> {
  const rule = "must be the JSON key file of a Google service account, with client_email and private_key";
  const fromText = (text: string): ReadResult<string> => {
    const read = text.length <= longestKeyFile ? keyFile.safeParse(parseJson(text)) : null;
    if (read?.success !== true || !("value" in serverUrlCodec().fromText(read.data.token_uri))) return { rule };
    return { value: JSON.stringify(read.data) };
  };
  return {
    kind: "text",
    rule,
    fromJson: (json) => (typeof json === "string" ? fromText(json) : { rule }),
    fromText,
    toText: (value) => value,
  };
}

/** The grant of a service account for mail in the name of `mailbox`. @param key as the codec has it */
export function googleGrant({ service_account_key }: RelaySettings, mailbox: string): ServiceAccount {
  const key: z.infer<typeof keyFile> = JSON.parse(String(service_account_key));
  return {
    kind: "service_account",
    tokenEndpoint: key.token_uri,
    clientEmail: key.client_email,
    privateKey: key.private_key,
    privateKeyId: key.private_key_id ?? null,
    subject: mailbox,
    scope: "https://mail.google.com/",
  };
}
