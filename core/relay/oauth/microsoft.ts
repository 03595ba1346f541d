/**
 * Access tokens of Microsoft Entra ID for an application that acts for itself.
 *
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow; national clouds:
 * https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
 */

import { textCodec } from "../../config/codec/text.ts";
import { credentialCodec, patternCodec } from "../provider/pattern_codec.ts";
import type { ProviderSetting } from "../provider/provider.ts";
import { serverUrlCodec } from "../provider/server_url_codec.ts";
import type { RelaySettings } from "../relay.ts";
import type { ClientCredentials } from "./token_grant.ts";

/** The settings that a relay over Microsoft 365 has in common, whichever way it sends. */
export const microsoftSettings = {
  tenant: {
    codec: patternCodec(/^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/, "must be the id of a tenant, or one of its domains"),
    summary: "Microsoft Entra tenant: its id, or one of its domains",
  },
  client_id: { codec: credentialCodec(), summary: "Application (client) id of the app registration" },
  client_secret: {
    codec: textCodec({ minLength: 1 }),
    secret: true,
    summary: "Value (not the id) of a client secret of that application",
  },
  authority: {
    codec: serverUrlCodec(),
    destination: true,
    summary:
      "Where access tokens are issued; without one https://login.microsoftonline.com, national clouds have others",
  },
} satisfies Record<string, ProviderSetting>;

/** The grant of an application for `scope`, of settings that have been checked. */
export function microsoftGrant(settings: RelaySettings, scope: string): ClientCredentials {
  const { authority = "https://login.microsoftonline.com", tenant, client_id, client_secret } = settings;
  return {
    kind: "client_credentials",
    tokenEndpoint: `${authority}/${encodeURIComponent(String(tenant))}/oauth2/v2.0/token`,
    clientId: String(client_id),
    clientSecret: String(client_secret),
    scope,
  };
}

/** Exchange Online of national clouds, by where their tokens come from. */
const outlookScopes: ReadonlyMap<string, string> = new Map([
  ["login.microsoftonline.us", "https://outlook.office365.us/.default"],
  ["login.partner.microsoftonline.cn", "https://partner.outlook.cn/.default"],
  ["login.chinacloudapi.cn", "https://partner.outlook.cn/.default"],
]);

/** The scope of a token for SMTP. */
export function outlookScope({ authority }: RelaySettings): string {
  const host = URL.parse(String(authority))?.host ?? "";
  return outlookScopes.get(host) ?? "https://outlook.office365.com/.default";
}
