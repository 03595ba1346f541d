/**
 * Access tokens of Google for a service account that acts for a mailbox of its organisation (domain-wide delegation).
 *
 * https://developers.google.com/identity/protocols/oauth2/service-account
 */
import { z } from "zod";
import { parseJson } from "../../config/codec/text_form.ts";
import { typedTextCodec } from "../../config/codec/typed_text.ts";
import type { SettingCodec } from "../../config/setting_codec.ts";
import { serverUrlCodec } from "../provider/server_url_codec.ts";

/** Google's own have some 2,400 bytes. */
const longestKeyFile = 16_384;

const googleEndpoint = "https://oauth2.googleapis.com/token";

/** What is used of a key file; the rest of it is passed over. */
export type GoogleKey = z.infer<typeof keyFile>;

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
  return typedTextCodec("text", rule, (text) => {
    const read = text.length <= longestKeyFile ? keyFile.safeParse(parseJson(text)) : null;
    if (read?.success !== true || !("value" in serverUrlCodec().fromText(read.data.token_uri))) return { rule };
    return { value: JSON.stringify(read.data) };
  });
}
