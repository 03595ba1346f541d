/** The identity that the configuration records: its file, or the automatic one. */
import { serviceActor } from "../access/actor.ts";
import type { Clock, Files, Logger } from "../capabilities.ts";
import type { ConfigService } from "../config/config_service.ts";
import type { Settings } from "../config/settings.ts";
import { isDispatchError } from "../error/mod.ts";
import type { RecordAudit } from "../history/audit_event.ts";
import type { SecretBox } from "../secret/mod.ts";
import { loadRecorded } from "./certificate_store.ts";
import type { TlsIdentity } from "./identity.ts";
import { automaticNames, type CertificateNames, type NameSources } from "./names.ts";
import { openSelfSigned } from "./self_signed_identity.ts";

/** Where the certificate in service comes from. */
export type CertificateSource = "automatic" | "generated" | "uploaded";

/** An identity, and where it really comes from. */
export interface SourcedIdentity {
  readonly identity: TlsIdentity;
  readonly source: CertificateSource;
}

/** What identities are loaded with. */
export interface IdentitySources {
  readonly crypto: Crypto;
  readonly files: Files;
  readonly box: SecretBox;
  readonly config: Pick<ConfigService, "holder" | "get">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly audit: RecordAudit;
  readonly hostNames: () => Omit<NameSources, "serverName">;
}

/** The settings that say what is in service; they change together. */
export type RecordedSettings = Pick<Settings, (typeof recordedKeys)[number]>;

const recordedKeys = ["tls.cert_source", "tls.cert_path", "tls.cert_password"] as const;

/** What is recorded when the automatic identity is in service. */
export const nothingRecorded: RecordedSettings = {
  "tls.cert_source": "",
  "tls.cert_path": "",
  "tls.cert_password": "",
};

/** The file that the configuration records, relative to the data directory; `""` for the automatic identity. */
export function recordedPath({ holder }: IdentitySources["config"]): string {
  const { "tls.cert_source": source, "tls.cert_path": path } = holder.current;
  return source === "" ? "" : path;
}

/** The setting by which the environment says what is in service, and its variable; `undefined` when it does not. */
export function findPinned(
  config: IdentitySources["config"],
): { readonly key: string; readonly variable: string } | undefined {
  const pinned = recordedKeys.map((key) => config.get(key)).find(({ source }) => source === "environment");
  return pinned && { key: pinned.key, variable: pinned.variable };
}

/** Loads what is recorded. When that can't be read, the automatic identity takes its place; the file and the record stay. */
export async function loadServed(sources: IdentitySources): Promise<SourcedIdentity> {
  const { crypto, files, config, logger, audit } = sources;
  const { "tls.cert_source": source, "tls.cert_path": path, "tls.cert_password": password } = config.holder.current;
  if (source === "") return { identity: await openAutomatic(sources), source: "automatic" };
  try {
    return { identity: await loadRecorded(crypto, files, path, password), source };
  } catch (error) {
    if (!isDispatchError(error)) throw error;
    // Encrypted mail with a certificate that some client will refuse is better than no mail at all.
    logger.error("certificate.unreadable", `${error.message} The automatic certificate is served instead.`, { path });
    audit({ event: "certificate.unreadable", actor: serviceActor, subject: path, reason: error.message });
    return { identity: await openAutomatic(sources), source: "automatic" };
  }
}

/** Returns the automatic identity, made or renewed where that is due. */
export function openAutomatic(sources: IdentitySources): Promise<TlsIdentity> {
  const request = { slot: "automatic", names: namesOfHost(sources), nowMs: sources.clock.nowMs() } as const;
  return openSelfSigned(sources, request);
}

/** The names that a certificate is for when nobody says otherwise. */
export function namesOfHost({ config, hostNames }: IdentitySources): CertificateNames {
  return automaticNames({ serverName: config.holder.current["listener.server_name"], ...hostNames() });
}
