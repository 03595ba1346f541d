/** What operations work on beside a running service. */
import type { AdminAccess } from "../core/access/admin_access.ts";
import type { CertificateKeeper } from "../core/certificate/mod.ts";
import type { ServedProof } from "../core/certificate/served_proof.ts";
import type { DenialLog } from "../core/history/denial_log.ts";
import type { RefusalLines } from "../core/history/refusal_lines.ts";
import type { ClientPlaces } from "../core/ingest/client_places.ts";
import type { Intake } from "../core/ingest/intake.ts";
import type { ListenerSet } from "../core/lifecycle/listener_set.ts";
import { isDashboard, showCertificate } from "../core/operations/certificate_show.ts";
import { assessHealth, type HealthSnapshot, type ListenerHealth } from "../core/operations/health.ts";
import type { MetricsSnapshot } from "../core/operations/metrics.ts";
import type { OperationContext, VersionDocument } from "../core/operations/operation_context.ts";
import { baseContext } from "./base_context.ts";
import type { Certificates } from "./certificates.ts";
import { systemClock } from "./clock.ts";
import { openDiskGauge } from "./disk_gauge.ts";
import type { ServiceListener } from "./listeners.ts";
import type { Foundation } from "./service_foundation.ts";
import { sharedCertificate } from "./shared_certificate.ts";

/** What the context is made of. */
export interface ServiceContextOptions {
  readonly foundation: Foundation;
  readonly intake: Intake;
  readonly certificates: Certificates;
  /** For SMTP. */
  readonly places: ClientPlaces;
  readonly denials: Pick<DenialLog, "counts">;
  readonly lines: Pick<RefusalLines, "counts">;
  readonly version: VersionDocument;
  readonly listeners: () => ListenerSet<ServiceListener>;
  readonly proof: ServedProof;
  readonly access: AdminAccess;
}

/** The context of operations, and the figures for `/metrics`. */
export interface ServiceContext extends OperationContext {
  metrics(): Promise<MetricsSnapshot>;
}

/** Puts the context of a running service together. */
export function openServiceContext(options: ServiceContextOptions): ServiceContext {
  const { foundation, certificates, version, proof } = options;
  const { shared, dashboard } = certificates;
  const { data, spool, spoolDirectory, database, caughtUp } = foundation;
  const startedAtMs = systemClock.nowMs();
  const disk = openDiskGauge(spoolDirectory, systemClock);

  async function snapshot(): Promise<HealthSnapshot> {
    const served = await proof.latest();
    return {
      nowMs: systemClock.nowMs(),
      version: version.version,
      startedAtMs,
      listeners: listenerHealth(options.listeners()),
      spool: await spool.counts(),
      diskFreeBytes: disk.freeBytes(),
      databaseError: (await database.logState()).reason,
      certificate: { ...certificateHealth(shared), served: served.filter((found) => !isDashboard(found)) },
      dashboardCertificate: {
        ...certificateHealth(dashboard),
        areFilesServable: dashboard.problem === null,
        served: served.filter(isDashboard),
      },
    };
  }
  return {
    ...baseContext({ data, spool, spoolDirectory, intake: options.intake, retention: foundation.retention }),
    admin: options.access,
    certificates: sharedCertificate(async () => shared),
    caughtUp,
    logGrown: (rows, signal) => database.logGrown(rows, signal),
    certificate: async () =>
      showCertificate(shared, dashboard, await proof.check(), {
        nowMs: systemClock.nowMs(),
        serverName: data.config.holder.current["listener.server_name"],
      }),
    health: async () => assessHealth(await snapshot()),
    async metrics() {
      return {
        ...(await snapshot()),
        runtime: version.runtime,
        messageEvents: await spool.eventCounts(),
        denials: options.denials.counts,
        refusals: options.lines.counts,
        connections: connectionsOf(options.listeners(), options.places),
      };
    },
  };
}

function certificateHealth<Source>({
  source,
  keeper,
}: {
  readonly source: Source;
  readonly keeper: CertificateKeeper;
}) {
  const { notBefore, notAfter, fingerprintSha256 } = keeper.current.facts;
  return { source, notBefore, notAfter, fingerprintSha256 };
}

function listenerHealth(set: ListenerSet<ServiceListener>): ListenerHealth[] {
  return [
    ...set.bound.map(({ kind, port }) => ({ listener: kind, port, bound: true })),
    ...set.unbound.map(({ kind, port, reason }) => ({ listener: kind, port, bound: false, error: reason })),
  ];
}

function connectionsOf(set: ListenerSet<ServiceListener>, places: ClientPlaces) {
  const web = set.bound.flatMap(({ kind, listener }) =>
    listener.connections === undefined ? [] : [{ listener: kind as string, open: listener.connections() }],
  );
  return [{ listener: "smtp", open: places.open }, ...web];
}
