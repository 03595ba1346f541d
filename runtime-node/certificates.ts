/** The two certificates of a service: the shared one of mail, and the dashboard's own. */
import { readFile } from "node:fs/promises";
import { hostname, networkInterfaces } from "node:os";
import type { Clock, Files, Logger } from "../core/capabilities.ts";
import {
  automaticNames,
  CertificateKeeper,
  loadOrCreateSelfSigned,
  loadRecorded,
  type SelfSignedSlot,
  TlsIdentity,
} from "../core/certificate/mod.ts";
import type { Settings } from "../core/config/mod.ts";
import { isDispatchError } from "../core/error/mod.ts";
import type { SecretBox } from "../core/secret/mod.ts";
import type { Environment } from "./environment.ts";

/** How often the automatic certificates are looked at, for their renewal. */
const checkMs = 24 * 60 * 60 * 1000;

/** What certificates are loaded with. */
export interface CertificateSources {
  readonly files: Files;
  readonly box: SecretBox;
  readonly settings: () => Settings;
  readonly logger: Logger;
  readonly clock: Clock;
  /** `DISPATCH_DASHBOARD_CERT` and `DISPATCH_DASHBOARD_KEY`; `null` for a self-signed certificate. */
  readonly dashboardCertificate: Environment["dashboardCertificate"];
}

/** The certificates in service. */
export interface Certificates {
  readonly shared: CertificateKeeper;
  readonly dashboard: CertificateKeeper;
  /** Ends the watch over their renewal. */
  stop(): void;
}

/** Loads both certificates, makes those that are missing, and renews them while the service runs. */
export async function openCertificates(sources: CertificateSources): Promise<Certificates> {
  const { clock, logger } = sources;
  const report = (error: unknown): void =>
    logger.error("certificate.listener_failed", "A listener did not take the new certificate", { error });
  const shared = new CertificateKeeper(await loadShared(sources), report);
  const dashboard = new CertificateKeeper(await loadDashboard(sources), report);

  async function renew(): Promise<void> {
    await replaceIfNew(shared, () => loadShared(sources));
    await replaceIfNew(dashboard, () => loadDashboard(sources));
  }
  function checkLater(): () => void {
    return clock.after(checkMs, () => {
      renew().catch((error) => logger.error("certificate.renewal_failed", "A certificate was not renewed", { error }));
      cancel = checkLater();
    });
  }
  let cancel = checkLater();
  return { shared, dashboard, stop: () => cancel() };
}

/** The identity that the settings record, else the automatic one. */
async function loadShared(sources: CertificateSources): Promise<TlsIdentity> {
  const { files, settings, logger } = sources;
  const { "tls.cert_source": source, "tls.cert_path": path, "tls.cert_password": password } = settings();
  if (source === "") return loadSelfSigned(sources, "automatic");
  try {
    return await loadRecorded(crypto, files, path, password);
  } catch (error) {
    if (!isDispatchError(error)) throw error;
    // Encrypted mail with a certificate that some client will refuse is better than no mail at all; the file stays.
    logger.error("certificate.unreadable", `${error.message} The automatic certificate is served instead.`, { path });
    return loadSelfSigned(sources, "automatic");
  }
}

/** The identity in the files that the environment names, else the self-signed one. */
async function loadDashboard(sources: CertificateSources): Promise<TlsIdentity> {
  const { dashboardCertificate: paths, logger } = sources;
  if (paths === null) return loadSelfSigned(sources, "dashboard");
  try {
    const [certPem, keyPem] = await Promise.all([readFile(paths.certPath, "utf8"), readFile(paths.keyPath, "utf8")]);
    return await TlsIdentity.fromPem(crypto, certPem, keyPem);
  } catch (error) {
    // Mail does not depend on the dashboard, and its operator needs the dashboard to see what is wrong.
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The dashboard's certificate can't be used: ${reason} A self-signed one is served instead.`;
    logger.error("certificate.dashboard_unreadable", message, { ...paths });
    return loadSelfSigned(sources, "dashboard");
  }
}

async function loadSelfSigned(
  { files, box, settings, logger, clock }: CertificateSources,
  slot: SelfSignedSlot,
): Promise<TlsIdentity> {
  const names = automaticNames({
    serverName: settings()["listener.server_name"],
    hostName: hostname(),
    addresses: Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)),
  });
  const store = { crypto, files, box };
  const { identity, outcome, reason, keptAside } = await loadOrCreateSelfSigned(store, {
    slot,
    names,
    nowMs: clock.nowMs(),
  });
  const facts = { slot, fingerprintSha256: identity.facts.fingerprintSha256 };
  if (outcome === "replaced") {
    const message = `The ${slot} certificate could not be read (${reason}); a new one was made and the old file kept.`;
    logger.error("certificate.replaced", message, { ...facts, keptAside });
  } else if (outcome !== "loaded") logger.info(`certificate.${outcome}`, `The ${slot} certificate was made.`, facts);
  return identity;
}

async function replaceIfNew(keeper: CertificateKeeper, load: () => Promise<TlsIdentity>): Promise<void> {
  const sequence = keeper.nextSequence();
  const identity = await load();
  if (identity.facts.fingerprintSha256 !== keeper.current.facts.fingerprintSha256) keeper.replace(identity, sequence);
}
