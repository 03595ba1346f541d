/** Why a smart host's certificate was not accepted, in words that say which certificate it was. */
import { decodeCertificate, type ParsedCertificate, readCertificate } from "../certificate/parsed_certificate.ts";

/** What the TLS library said, and what there is to explain it with. */
export interface RefusedCertificate {
  /** OpenSSL's or Node's name of the reason: `CERT_HAS_EXPIRED`. */
  readonly code: string;
  /** `mail.example.org:587` */
  readonly hostName: string;
  /** The leaf, as it was shown; `null` where there was none. */
  readonly der: ArrayBuffer | null;
  readonly nowMs: number;
  /** Whether the relay trusts authorities of its own, and those alone. */
  readonly hasOwnAuthorities: boolean;
}

type Explain = (certificate: ParsedCertificate, refused: RefusedCertificate) => string;

const untrusted: Explain = (_certificate, { hasOwnAuthorities }) =>
  hasOwnAuthorities ? "none of the relay's own authorities (ca) vouches for it" : "no public authority vouches for it";

const reasons: Readonly<Record<string, Explain>> = {
  CERT_HAS_EXPIRED: ({ notAfter }, { hostName, nowMs }) =>
    Date.parse(notAfter) < nowMs
      ? `it expired on ${notAfter.slice(0, 10)}`
      : `an issuer's certificate that ${hostName} showed has expired`,
  CERT_NOT_YET_VALID: ({ notBefore }) => `it is not valid before ${notBefore}`,
  ERR_TLS_CERT_ALTNAME_INVALID: ({ extensions: { dnsNames, ipAddresses } }) =>
    `it is for other names: ${[...dnsNames, ...ipAddresses].slice(0, 5).join(", ") || "none"}`,
  CERT_SIGNATURE_FAILURE: () => "its signature is not its issuer's",
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
};

/** A sentence about the certificate: who it is of and who issued it, and why it is not accepted. */
export function explainRefusal(refused: RefusedCertificate): string {
  const { code, hostName, der } = refused;
  const certificate = der === null ? null : read(der);
  if (certificate === null) return `The certificate of ${hostName} can't be read: ${code}`;
  const explain = Object.hasOwn(reasons, code) ? reasons[code] : undefined;
  const { subject, issuer } = certificate;
  const reason = explain?.(certificate, refused) ?? code;
  return `The certificate of ${hostName} is not accepted: ${reason}. Subject: ${subject || "none"}; issuer: ${issuer}`;
}

function read(der: ArrayBuffer): ParsedCertificate | null {
  try {
    return readCertificate(der, decodeCertificate(der));
  } catch {
    return null;
  }
}
