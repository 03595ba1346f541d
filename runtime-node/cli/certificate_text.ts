/** Certificates, and what a check of them found, as people read them. */
import type { Finding } from "../../core/certificate/finding.ts";
import { formatDays } from "../../core/certificate/renewal.ts";
import type { ServedCertificate } from "../../core/certificate/served_certificate.ts";
import type { CertificateCheck } from "../../core/operations/certificate_check.ts";
import type { CertificateShow } from "../../core/operations/certificate_show.ts";
import { printable } from "./printable.ts";
import { factLines, textTable } from "./text_table.ts";

/** The certificate in service, who serves it, and the dashboard's own. */
export function describeCertificate({ source, identity, served, warnings, dashboard }: CertificateShow): string {
  return [
    describeIdentity(identity, { source }),
    describeServed(served, "No listener serves it: Dispatch is not running."),
    ...warnings.map(({ message, remedy }) => printable(`Warning: ${message} ${remedy}`)),
    `The dashboard has a certificate of its own (${describeOrigin(dashboard)}):`,
    describeIdentity(dashboard.identity),
    ...(dashboard.problem === null ? [] : [printable(`Warning: ${dashboard.problem}`)]),
  ].join("\n\n");
}

/** What a check came to: the certificate, the findings, and a last line with the verdict. */
export function describeCheck({ ok, findings, identity }: CertificateCheck): string {
  const verdict = ok ? "These files can be put in service." : "These files can't be put in service.";
  const facts = identity === null ? [] : [describeIdentity(identity)];
  return [...facts, ...describeFindings(findings), verdict].join("\n\n");
}

/** One paragraph for each finding: how grave, in which file, what is wrong, and below it what to do. */
export function describeFindings(findings: readonly Finding[]): string[] {
  return findings.map(({ severity, file, message, remedy }) => {
    const place = file === null ? "" : ` in ${file}`;
    return `${printable(`${severity === "error" ? "Error" : "Warning"}${place}: ${message}`)}\n  ${printable(remedy)}`;
  });
}

function describeIdentity(
  identity: CertificateShow["identity"],
  first: Readonly<Record<string, unknown>> = {},
): string {
  const { notBefore, notAfter, daysLeft, chain } = identity;
  return factLines({
    ...first,
    subject: identity.subject,
    names: identity.dnsNames.join(", "),
    addresses: identity.ipAddresses.join(", "),
    issuer: identity.issuer,
    serial: identity.serial,
    "SHA-256": identity.fingerprintSha256,
    key: Object.values(identity.key).join(" "),
    "valid from": notBefore,
    "valid until": `${notAfter} (${describeDaysLeft(daysLeft)})`,
    chain: chain.length > 1 ? chain.map(({ subject }) => subject).join(" < ") : undefined,
  });
}

function describeDaysLeft(daysLeft: number): string {
  return daysLeft < 0 ? "expired" : `${formatDays(daysLeft)} left`;
}

function describeServed(served: readonly ServedCertificate[], nothing: string): string {
  const rows = served.map((listener) => [listener.listener, listener.port, describeOne(listener)]);
  return textTable(["LISTENER", "PORT", "SERVES"], rows, nothing);
}

function describeOne({ current, fingerprintSha256, reason }: ServedCertificate): string {
  if (current) return "this certificate";
  return fingerprintSha256 === null ? `none: ${reason}` : `another one: ${fingerprintSha256}`;
}

function describeOrigin({ source, files }: CertificateShow["dashboard"]): string {
  return source === "files" && files !== null ? `from ${printable(files.certPath)}` : "self-signed";
}
