/** The two certificates of Dispatch: the shared one of mail, and the dashboard's own. */
import { hostname, networkInterfaces } from "node:os";
import type { Logger } from "../core/capabilities.ts";
import { CertificateService } from "../core/certificate/certificate_service.ts";
import { DashboardCertificate } from "../core/certificate/dashboard_certificate.ts";
import type { NameSources } from "../core/certificate/mod.ts";
import type { RecordAudit } from "../core/history/audit_event.ts";
import { systemClock } from "./clock.ts";
import { dashboardPair } from "./dashboard_pair.ts";
import type { Environment } from "./environment.ts";
import { openFiles } from "./files.ts";
import { idSource } from "./id_source.ts";
import type { DispatchData } from "./open_data.ts";
import { decryptTripleDes } from "./triple_des.ts";
import { tryServing } from "./try_serving.ts";
import { watchFiles } from "./watch_files.ts";

/** How often certificates are looked at, for their renewal. */
const maintenanceMs = 24 * 60 * 60 * 1000;

/** What certificates are opened with. */
export interface CertificateSources {
  readonly environment: Environment;
  readonly data: DispatchData;
  readonly logger: Logger;
}

/** The certificates in service. */
export interface Certificates {
  readonly shared: CertificateService;
  readonly dashboard: DashboardCertificate;
}

/** Opens both, and makes those that are missing. */
export async function openCertificates(sources: CertificateSources): Promise<Certificates> {
  const { environment, data, logger } = sources;
  const { box, config, stores } = data;
  const files = openFiles(environment.dataDirectory);
  const audit: RecordAudit = (entry) => data.audit.record(entry);
  const parts = { crypto, decryptTripleDes, tryServing, files, box, clock: systemClock, logger, audit };
  const uniqueId = (prefix: string): string => idSource.uniqueId(prefix);
  const shared = await CertificateService.open({ ...parts, records: stores.certificates, config, hostNames, uniqueId });
  const names = () => ({ serverName: config.holder.current["listener.server_name"], ...hostNames() });
  const dashboard = await DashboardCertificate.open({ ...parts, names, pair: dashboardPair(environment) });
  return { shared, dashboard };
}

/** Keeps certificates as they should be while a service runs; the returned function ends that. */
export async function maintainCertificates({ shared, dashboard }: Certificates, logger: Logger): Promise<() => void> {
  const attempt = (act: () => Promise<void>): void => {
    act().catch((error) => logger.error("certificate.maintenance_failed", "A certificate was not renewed", { error }));
  };
  const refresh = () => attempt(() => dashboard.refresh());
  const daily = setInterval(() => {
    attempt(() => shared.maintain());
    refresh();
  }, maintenanceMs);
  daily.unref();
  const watch = await watchFiles(Object.values(dashboard.files ?? {}), {
    onChange: refresh,
    onUnwatched(directory, error) {
      const message = `Changes in ${directory} can't be watched: the dashboard's certificate is read once an hour instead.`;
      logger.warn("certificate.dashboard_unwatched", message, { directory, error });
    },
  });
  return () => {
    clearInterval(daily);
    watch.close();
  };
}

/** What this host calls itself at this moment. */
function hostNames(): Omit<NameSources, "serverName"> {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  return { hostName: hostname(), addresses };
}
