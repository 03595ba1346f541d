/** The smart host that a relay of the provider `smtp` stands for. */
import type { Relay } from "./relay.ts";
import type { SmartHost } from "./smtp_result.ts";

/** Reads the settings that the provider table has checked. */
export function smartHostOf({ settings }: Relay, clientName: string): SmartHost {
  return {
    host: String(settings.host),
    port: Number(settings.port),
    tls: settings.tls as SmartHost["tls"],
    verifyCertificate: settings.verify_certificate !== false,
    ...(settings.username === undefined ? {} : { username: String(settings.username) }),
    ...(settings.password === undefined ? {} : { password: String(settings.password) }),
    clientName,
  };
}
