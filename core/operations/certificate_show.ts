/** What operators see of the shared certificate. */
import type { CertificateService, EarlierCertificate } from "../certificate/certificate_service.ts";
import type { DashboardCertificate } from "../certificate/dashboard_certificate.ts";
import type { CertificateFacts } from "../certificate/facts.ts";
import { finding } from "../certificate/finding.ts";
import type { TlsIdentity } from "../certificate/identity.ts";
import { coversName } from "../certificate/name_coverage.ts";
import { daysLeft, expiryWarning } from "../certificate/renewal.ts";
import type { ServedCertificate } from "../certificate/served_certificate.ts";
import { describeNotServed } from "../certificate/served_proof.ts";

/** Something about a certificate that wants attention. */
export interface CertificateWarning {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** The shared certificate: where it is from, what it says, who serves it. */
export interface CertificateShow {
  /** `automatic`, `generated` or `uploaded`. */
  readonly source: "automatic" | "generated" | "uploaded";
  /** `daysLeft` counts whole days until it expires, negative once it has. */
  readonly identity: CertificateFacts & { readonly daysLeft: number };
  /** Empty when no service runs. */
  readonly served: readonly ServedCertificate[];
  readonly warnings: readonly CertificateWarning[];
  /** The dashboard's own certificate, which nothing here touches. */
  readonly dashboard: DashboardCertificateShow;
}

/** The certificate of the dashboard's port. */
export interface DashboardCertificateShow {
  /** Where the one in service comes from; `files` are those that the environment names. */
  readonly source: "self_signed" | "files";
  /** The files that the environment names, whether or not they can be served; `null` when it names none. */
  readonly files: { readonly certPath: string; readonly keyPath: string } | null;
  /** Why the files as they are now can't be served; the last good certificate is. `null` when all is well. */
  readonly problem: string | null;
  readonly identity: CertificateFacts & { readonly daysLeft: number };
  readonly served: readonly ServedCertificate[];
}

/** An identity that was in service earlier, with its times as ISO 8601. */
export type EarlierCertificateShow = Omit<EarlierCertificate, "installedAtMs" | "replacedAtMs"> & {
  readonly installedAt: string;
  readonly replacedAt: string;
};

/** What a certificate is looked at with. */
export interface CertificateMoment {
  readonly nowMs: number;
  /** The setting `listener.server_name`. */
  readonly serverName: string;
}

/** Puts together what operators see of an earlier identity. */
export function showEarlier({ installedAtMs, replacedAtMs, ...rest }: EarlierCertificate): EarlierCertificateShow {
  return {
    ...rest,
    installedAt: new Date(installedAtMs).toISOString(),
    replacedAt: new Date(replacedAtMs).toISOString(),
  };
}

/** Puts together what operators see of both certificates. */
export function showCertificate(
  { source, keeper }: Pick<CertificateService, "source" | "keeper">,
  dashboard: Pick<DashboardCertificate, "source" | "files" | "problem" | "keeper">,
  served: readonly ServedCertificate[],
  { nowMs, serverName }: CertificateMoment,
): CertificateShow {
  const mail = served.filter((found) => !isDashboard(found));
  return {
    source,
    identity: showIdentity(keeper.current, nowMs),
    served: mail,
    warnings: [
      ...warnOfExpiry(source, keeper.current, nowMs),
      ...warnOfName(keeper.current, serverName),
      ...warnOfListeners(mail),
    ],
    dashboard: {
      source: dashboard.source,
      files: dashboard.files,
      problem: dashboard.problem,
      identity: showIdentity(dashboard.keeper.current, nowMs),
      served: served.filter(isDashboard),
    },
  };
}

/** Tells what the dashboard serves from what the listeners of mail do. */
export function isDashboard({ listener }: ServedCertificate): boolean {
  return listener === "dashboard";
}

function showIdentity({ facts }: Pick<TlsIdentity, "facts">, nowMs: number): CertificateShow["identity"] {
  return { ...facts, daysLeft: daysLeft(facts, nowMs) };
}

function warnOfExpiry(
  source: CertificateShow["source"],
  { facts }: Pick<TlsIdentity, "facts">,
  nowMs: number,
): CertificateWarning[] {
  const expiry = expiryWarning(facts, nowMs);
  return expiry === null
    ? []
    : [{ ...expiry, remedy: source === "automatic" ? renewsItself : "Put a new one in service." }];
}

const renewsItself = "Nothing: it is replaced by itself before it expires.";

/** A certificate may have been fine when it was put in service, and the server renamed since. */
function warnOfName({ facts }: Pick<TlsIdentity, "facts">, serverName: string): CertificateWarning[] {
  if (coversName(facts, serverName)) return [];
  const { code, message, remedy } = finding("name_not_covered", { serverName });
  return [{ code, message, remedy }];
}

function warnOfListeners(served: readonly ServedCertificate[]): CertificateWarning[] {
  return served
    .filter(({ current }) => !current)
    .map((found) => ({
      code: found.reason === null ? "not_served" : "unproven",
      message: describeNotServed(found),
      remedy: "Ask again in a minute; if it stays so, look in the log for what keeps the listener from it.",
    }));
}
