/** How the service is doing, decided from a snapshot of it. Pure. */
import { daysLeft, expiryWarning } from "../certificate/renewal.ts";
import type { ServedCertificate } from "../certificate/served_certificate.ts";
import { describeNotServed } from "../certificate/served_proof.ts";
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

/** A certificate in service. */
interface ServiceCertificate {
  /** ISO 8601, UTC. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly fingerprintSha256: string;
  readonly served: readonly ServedCertificate[];
}

/** The certificate that the mail listeners share. */
export interface CertificateHealth extends ServiceCertificate {
  readonly source: "automatic" | "generated" | "uploaded";
}

/** The certificate of the dashboard's port. */
export interface DashboardCertificateHealth extends ServiceCertificate {
  readonly source: "self_signed" | "files";
  /** Whether the files that the environment names can be served as they are. */
  readonly areFilesServable: boolean;
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
  readonly dashboardCertificate: DashboardCertificateHealth;
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
  readonly certificate: Assessed<CertificateHealth>;
  readonly dashboardCertificate: Assessed<DashboardCertificateHealth>;
}

/** A certificate as the document has it. */
type Assessed<Certificate extends ServiceCertificate> = Omit<Certificate, "notBefore"> & { readonly daysLeft: number };

/** The listeners that mail comes in through. */
const mailListeners = new Set(["smtp", "smtps", "http", "https"]);

/** Decides how the service is doing. */
export function assessHealth(snapshot: HealthSnapshot): HealthDocument {
  const { certificate, dashboardCertificate, nowMs, databaseError } = snapshot;
  const problems = [
    ...assessListeners(snapshot.listeners),
    ...assessSpool(snapshot.spool),
    ...assessDisk(snapshot.diskFreeBytes),
    ...(databaseError === null ? [] : [degraded("database_unavailable", `The database: ${databaseError}.`)]),
    ...assessCertificate("certificate", certificate, nowMs),
    ...assessCertificate("dashboard_certificate", dashboardCertificate, nowMs),
    ...assessFiles(dashboardCertificate),
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
    certificate: withDaysLeft(certificate, nowMs),
    dashboardCertificate: withDaysLeft(dashboardCertificate, nowMs),
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

/** @param name begins the codes; the messages of the dashboard's say so */
function assessCertificate(
  name: "certificate" | "dashboard_certificate",
  certificate: ServiceCertificate,
  nowMs: number,
): HealthProblem[] {
  const warning = expiryWarning(certificate, nowMs);
  const which = name === "certificate" ? "" : "Of the dashboard: ";
  const problems = certificate.served
    .filter(({ current }) => !current)
    .map((found) => degraded(`${name}_${found.reason === null ? "not_served" : "unproven"}`, describeNotServed(found)));
  return warning === null ? problems : [degraded(`${name}_${warning.code}`, which + warning.message), ...problems];
}

function assessFiles({ areFilesServable }: DashboardCertificateHealth): HealthProblem[] {
  if (areFilesServable) return [];
  // Whoever may ask for health may not know the paths that the reason names.
  return [degraded("dashboard_certificate_files", "The dashboard's certificate files can't be served: see cert show.")];
}

function withDaysLeft<Certificate extends ServiceCertificate>(
  { notBefore, ...rest }: Certificate,
  nowMs: number,
): Assessed<Certificate> {
  return { ...rest, daysLeft: daysLeft({ notBefore, notAfter: rest.notAfter }, nowMs) };
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
