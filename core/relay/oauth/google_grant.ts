/** What a relay with a service account of Google asks tokens with. */
import type { RelaySettings } from "../relay.ts";
import type { GoogleKey } from "./google.ts";
import type { ServiceAccount } from "./token_grant.ts";

/** The grant of a service account for mail in the name of `mailbox`. @param key as the codec has it */
export function googleGrant({ service_account_key }: RelaySettings, mailbox: string): ServiceAccount {
  const key: GoogleKey = JSON.parse(String(service_account_key));
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
