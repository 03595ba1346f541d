/** What operators see of the shared certificate. */
import { type CertificateFacts, daysLeft, expiryWarning, type TlsIdentity } from "../certificate/mod.ts";

/** A listener, and the certificate that it really serves. */
export interface ServedCertificate {
  readonly listener: string;
  readonly port: number;
  readonly fingerprintSha256: string;
  /** Whether that is the certificate in service. */
  readonly current: boolean;
}

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
}

/** Puts together what operators see of `identity`. */
export function showCertificate(
  source: CertificateShow["source"],
  { facts }: Pick<TlsIdentity, "facts">,
  served: readonly ServedCertificate[],
  nowMs: number,
): CertificateShow {
  const expiry = expiryWarning(facts, nowMs);
  const warnings: CertificateWarning[] =
    expiry === null ? [] : [{ ...expiry, remedy: source === "automatic" ? renewsItself : "Put a new one in service." }];
  return { source, identity: { ...facts, daysLeft: daysLeft(facts, nowMs) }, served, warnings };
}

const renewsItself = "Nothing: it is replaced by itself before it expires.";
