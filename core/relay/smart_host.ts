/** The smart host that a relay of the provider `smtp` stands for. */
import { googleGrant } from "./oauth/google_grant.ts";
import { microsoftGrant, outlookScope } from "./oauth/microsoft.ts";
import type { TokenGrant } from "./oauth/token_grant.ts";
import type { SmtpAuth } from "./provider/smtp.ts";
import type { Relay, RelaySettings } from "./relay.ts";
import type { SmartHost } from "./smtp_result.ts";

/** Reads the settings that the provider table has checked. */
export function smartHostOf({ settings }: Relay, clientName: string): SmartHost {
  const grant = grantOf(settings);
  return {
    host: String(settings.host),
    port: Number(settings.port),
    tls: settings.tls as SmartHost["tls"],
    verifyCertificate: settings.verify_certificate !== false,
    ...(settings.ca === undefined ? {} : { caPem: String(settings.ca) }),
    ...(settings.username === undefined ? {} : { username: String(settings.username) }),
    ...(settings.password === undefined ? {} : { password: String(settings.password) }),
    ...(grant === null ? {} : { tokenGrant: grant }),
    clientName,
  };
}

function grantOf(settings: RelaySettings): TokenGrant | null {
  const auth = settings.auth as SmtpAuth | undefined;
  if (auth === "xoauth2_microsoft") return microsoftGrant(settings, outlookScope(settings));
  return auth === "xoauth2_google" ? googleGrant(settings, String(settings.username)) : null;
}
