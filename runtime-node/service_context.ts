/** What operations work on beside a running service. */
import { commandLineActor } from "../core/access/actor.ts";
import type { Logger } from "../core/capabilities.ts";
import { daysLeft } from "../core/certificate/mod.ts";
import type { ConnectionLimits } from "../core/ingest/connection_limits.ts";
import type { Intake } from "../core/ingest/intake.ts";
import type { ListenerSet } from "../core/lifecycle/listener_set.ts";
import { type CertificateShow, showCertificate } from "../core/operations/certificate_show.ts";
import { assessHealth, type HealthSnapshot, type ListenerHealth } from "../core/operations/health.ts";
import type { MetricsSnapshot } from "../core/operations/metrics.ts";
import type { OperationContext, VersionDocument } from "../core/operations/operation_context.ts";
import { baseContext } from "./base_context.ts";
import type { Certificates } from "./certificates.ts";
import { systemClock } from "./clock.ts";
import { openDiskGauge } from "./disk_gauge.ts";
import { interimAdmin, interimCertificates } from "./interim_parts.ts";
import type { ServiceListener } from "./listeners.ts";
import { watchServed } from "./served_watch.ts";
import type { Foundation } from "./service_foundation.ts";

/** What the context is made of. */
export interface ServiceContextOptions {
  readonly foundation: Foundation;
  readonly intake: Intake;
  readonly certificates: Certificates;
  readonly limits: ConnectionLimits;
  readonly version: VersionDocument;
  readonly listeners: () => ListenerSet<ServiceListener>;
  readonly logger: Logger;
}

/** The context of operations, and the figures for `/metrics`. */
export interface ServiceContext extends OperationContext {
  metrics(): Promise<MetricsSnapshot>;
}

/** Puts the context of a running service together. */
export function openServiceContext(options: ServiceContextOptions): ServiceContext {
  const { foundation, certificates, version } = options;
  const { data, spool, spoolDirectory, database, caughtUp } = foundation;
  const startedAtMs = systemClock.nowMs();
  const disk = openDiskGauge(spoolDirectory, systemClock);
  const served = watchServed(options.listeners, certificates);
  const source = () => data.config.holder.current["tls.cert_source"] || "automatic";

  async function snapshot(): Promise<HealthSnapshot> {
    const { facts } = certificates.shared.current;
    const { notBefore, notAfter, fingerprintSha256 } = facts;
    return {
      nowMs: systemClock.nowMs(),
      version: version.version,
      startedAtMs,
      listeners: listenerHealth(options.listeners()),
      spool: await spool.counts(),
      diskFreeBytes: disk.freeBytes(),
      databaseError: (await database.logState()).reason,
      certificate: { source: source(), notBefore, notAfter, fingerprintSha256, served: await served.recent() },
    };
  }
  return {
    ...baseContext({ data, spool, spoolDirectory, intake: options.intake }),
    actor: commandLineActor,
    admin: interimAdmin,
    certificates: interimCertificates(certificates.shared),
    caughtUp,
    logGrown: (rows, signal) => database.logGrown(rows, signal),
    async certificate(): Promise<CertificateShow> {
      const nowMs = systemClock.nowMs();
      const { facts } = certificates.dashboard.current;
      const identity = { ...facts, daysLeft: daysLeft(facts, nowMs) };
      const dashboard = { source: "self_signed" as const, files: null, problem: null, identity, served: [] };
      return showCertificate(source(), certificates.shared.current, await served.now(), nowMs, dashboard);
    },
    health: async () => assessHealth(await snapshot()),
    async metrics() {
      return {
        ...(await snapshot()),
        runtime: version.runtime,
        messageEvents: await spool.eventCounts(),
        connections: connectionsOf(options.listeners(), options.limits),
      };
    },
  };
}

function listenerHealth(set: ListenerSet<ServiceListener>): ListenerHealth[] {
  return [
    ...set.bound.map(({ kind, port }) => ({ listener: kind, port, bound: true })),
    ...set.unbound.map(({ kind, port, reason }) => ({ listener: kind, port, bound: false, error: reason })),
  ];
}

function connectionsOf(set: ListenerSet<ServiceListener>, limits: ConnectionLimits) {
  const web = set.bound.flatMap(({ kind, listener }) =>
    listener.connections === undefined ? [] : [{ listener: kind as string, open: listener.connections() }],
  );
  return [{ listener: "smtp", open: limits.open }, ...web];
}
