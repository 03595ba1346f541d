/** What the audit log is told of a certificate: enough to know it by. Pure. */
import type { TlsIdentity } from "./identity.ts";

/** A certificate, as the audit log knows it. */
export interface AuditedCertificate {
  readonly subject: string;
  readonly issuer: string;
  readonly serial: string;
  readonly fingerprintSha256: string;
  /** The first 100. */
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  /** ISO 8601, UTC. */
  readonly notBefore: string;
  readonly notAfter: string;
}

const mostNames = 100;

/** Describes the leaf of `identity`. */
export function auditedCertificate({ facts }: Pick<TlsIdentity, "facts">): AuditedCertificate {
  const { subject, issuer, serial, fingerprintSha256, dnsNames, ipAddresses, notBefore, notAfter } = facts;
  return {
    subject,
    issuer,
    serial,
    fingerprintSha256,
    dnsNames: dnsNames.slice(0, mostNames),
    ipAddresses: ipAddresses.slice(0, mostNames),
    notBefore,
    notAfter,
  };
}
