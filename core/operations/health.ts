/** How the service is doing, decided from a snapshot of it. Pure. */
import { daysLeft, expiryWarning } from "../certificate/renewal.ts";
import type { ServedCertificate } from "../certificate/served_certificate.ts";
import { diskRefuseBytes, diskWarningBytes } from "../ingest/disk_policy.ts";
import type { SpoolCounts } from "../spool/spool.ts";

/** `degraded`: mail flows, but something wants attention. `critical`: mail is not accepted. */
export type HealthStatus = "healthy" | "degraded" | "critical";

/** A listener that the configuration asks for. */
export interface ListenerHealth {
  /** `smtp`, `smtps`, `http`, `https`, `dashboard`. */
  readonly listener: string;
  readonly port: number;
  readonly bound: boolean;
  /** Why it is not bound. */
  readonly error?: string;
}

/** The certificate that the mail listeners share. */
export interface CertificateHealth {
  readonly source: "automatic" | "generated" | "uploaded";
  /** ISO 8601, UTC. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly fingerprintSha256: string;
  readonly served: readonly ServedCertificate[];
}

/** The service at one moment. */
export interface HealthSnapshot {
  readonly nowMs: number;
  readonly version: string;
  readonly startedAtMs: number;
  readonly listeners: readonly ListenerHealth[];
  /** `null` when the spool does not answer. */
  readonly spool: SpoolCounts | null;
  readonly diskFreeBytes: number;
  /** Why the database can't be used; `null` when it can. */
  readonly databaseError: string | null;
  readonly certificate: CertificateHealth;
}

/** One thing that keeps the service from being healthy. */
export interface HealthProblem {
  readonly code: string;
  readonly severity: Exclude<HealthStatus, "healthy">;
  /** One sentence for the operator. */
  readonly message: string;
}

/** The document of `GET /health`. */
export interface HealthDocument {
  readonly status: HealthStatus;
  /** Everything that is wrong; empty when healthy. */
  readonly problems: readonly HealthProblem[];
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly listeners: readonly ListenerHealth[];
  readonly spool: SpoolCounts | null;
  readonly disk: { readonly freeBytes: number };
  readonly database: { readonly status: "ok" | "unavailable"; readonly error: string | null };
  readonly certificate: Omit<CertificateHealth, "notBefore"> & { readonly daysLeft: number };
}

/** The listeners that mail comes in through. */
const mailListeners = new Set(["smtp", "smtps", "http", "https"]);

/** Decides how the service is doing. */
export function assessHealth(snapshot: HealthSnapshot): HealthDocument {
  const { certificate, nowMs, databaseError } = snapshot;
  const problems = [
    ...assessListeners(snapshot.listeners),
    ...assessSpool(snapshot.spool),
    ...assessDisk(snapshot.diskFreeBytes),
    ...(databaseError === null ? [] : [degraded("database_unavailable", `The database: ${databaseError}.`)]),
    ...assessCertificate(certificate, nowMs),
  ];
  return {
    status: worst(problems),
    problems,
    version: snapshot.version,
    uptimeSeconds: Math.max(0, Math.floor((nowMs - snapshot.startedAtMs) / 1000)),
    listeners: snapshot.listeners,
    spool: snapshot.spool,
    disk: { freeBytes: snapshot.diskFreeBytes },
    database: { status: databaseError === null ? "ok" : "unavailable", error: databaseError },
    certificate: {
      source: certificate.source,
      daysLeft: daysLeft(certificate, nowMs),
      notAfter: certificate.notAfter,
      fingerprintSha256: certificate.fingerprintSha256,
      served: certificate.served,
    },
  };
}

/** The HTTP status that goes with a document: 503 tells a load balancer to send nothing here. */
export function healthHttpStatus({ status }: Pick<HealthDocument, "status">): 200 | 503 {
  return status === "critical" ? 503 : 200;
}

function assessListeners(listeners: readonly ListenerHealth[]): HealthProblem[] {
  const problems = listeners
    .filter(({ bound }) => !bound)
    .map(({ listener, port, error = "not bound" }) => {
      return degraded("listener_unbound", `The ${listener} listener on port ${port}: ${error}.`);
    });
  if (listeners.some(({ listener, bound }) => bound && mailListeners.has(listener))) return problems;
  return [critical("no_listener", "No listener takes mail."), ...problems];
}

function assessSpool(spool: SpoolCounts | null): HealthProblem[] {
  if (spool === null) return [critical("spool_unavailable", "The spool does not answer.")];
  if (spool.unreadable === 0) return [];
  return [degraded("spool_unreadable", `${spool.unreadable} messages in the spool can't be read and were set aside.`)];
}

function assessDisk(freeBytes: number): HealthProblem[] {
  if (freeBytes < diskRefuseBytes) return [critical("disk_full", `${freeBytes} bytes are free: mail is refused.`)];
  return freeBytes < diskWarningBytes ? [degraded("disk_low", `${freeBytes} bytes are free.`)] : [];
}

function assessCertificate(certificate: CertificateHealth, nowMs: number): HealthProblem[] {
  const warning = expiryWarning(certificate, nowMs);
  const isServed = certificate.served.every(({ current }) => current);
  return [
    ...(warning === null ? [] : [degraded(`certificate_${warning.code}`, warning.message)]),
    ...(isServed ? [] : [degraded("certificate_not_served", "A listener still serves an earlier certificate.")]),
  ];
}

function worst(problems: readonly HealthProblem[]): HealthStatus {
  if (problems.some(({ severity }) => severity === "critical")) return "critical";
  return problems.length > 0 ? "degraded" : "healthy";
}

function degraded(code: string, message: string): HealthProblem {
  return { code, severity: "degraded", message };
}

function critical(code: string, message: string): HealthProblem {
  return { code, severity: "critical", message };
}
