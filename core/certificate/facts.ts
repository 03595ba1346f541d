/** What there is to show about a certificate and its chain. Pure. */
import { AsnConvert } from "@peculiar/asn1-schema";
import { Certificate, SubjectAlternativeName } from "@peculiar/asn1-x509";
import ipaddr from "ipaddr.js";
import { DispatchError } from "../error/mod.ts";
import type { X509Certificate } from "./x509.ts";

const SUBJECT_ALT_NAME = "2.5.29.17";

/** The key of a certificate: an elliptic curve (`P-256`, `P-384`, `P-521`), or RSA and its size in bits. */
export type KeyFacts =
  | { readonly type: "EC"; readonly curve: string }
  | { readonly type: "RSA"; readonly size: number };

/** One certificate of a chain. */
export interface ChainLink {
  /** Distinguished name, such as `CN=mail.example.org`. */
  readonly subject: string;
  readonly issuer: string;
  /** Lower-case hex without leading zero bytes. */
  readonly serial: string;
  /** SHA-256 of the DER as OpenSSL prints it: upper-case hex pairs with colons. */
  readonly fingerprintSha256: string;
  /** ISO 8601, UTC. */
  readonly notBefore: string;
  /** ISO 8601, UTC. */
  readonly notAfter: string;
}

/** The leaf certificate, and the chain that is served with it. */
export interface CertificateFacts extends ChainLink {
  readonly dnsNames: readonly string[];
  /** IPv6 addresses in the form of RFC 5952. */
  readonly ipAddresses: readonly string[];
  readonly key: KeyFacts;
  /** All certificates that are served, the leaf first. */
  readonly chain: readonly ChainLink[];
}

/**
 * Reads the facts of a chain, leaf first.
 *
 * @throws {DispatchError} `certificate_invalid` when the leaf has a key that no listener serves
 */
export async function readFacts(
  crypto: Crypto,
  leaf: X509Certificate,
  intermediates: readonly X509Certificate[],
): Promise<CertificateFacts> {
  const chain = await Promise.all([leaf, ...intermediates].map((certificate) => readLink(crypto, certificate)));
  return { ...chain[0]!, ...readNames(leaf), key: readKey(leaf), chain };
}

async function readLink(crypto: Crypto, certificate: X509Certificate): Promise<ChainLink> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", certificate.rawData));
  return {
    subject: certificate.subject,
    issuer: certificate.issuer,
    serial: certificate.serialNumber.toLowerCase().replace(/^(00)+(?=..)/, ""),
    fingerprintSha256: Array.from(digest, (byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(":"),
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
  };
}

function readNames(leaf: X509Certificate): Pick<CertificateFacts, "dnsNames" | "ipAddresses"> {
  // The X.509 library's own reader refuses a certificate for a kind of name that it does not know; two kinds matter here.
  const extensions = AsnConvert.parse(leaf.rawData, Certificate).tbsCertificate.extensions ?? [];
  const extension = extensions.find(({ extnID }) => extnID === SUBJECT_ALT_NAME);
  const names =
    extension === undefined ? [] : [...AsnConvert.parse(extension.extnValue.buffer, SubjectAlternativeName)];
  return {
    dnsNames: names.flatMap((name) => name.dNSName ?? []),
    ipAddresses: names.flatMap((name) => (name.iPAddress === undefined ? [] : formatAddress(name.iPAddress))),
  };
}

function formatAddress(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.parse(address).toString() : address;
}

function readKey(leaf: X509Certificate): KeyFacts {
  const algorithm = leaf.publicKey.algorithm as Algorithm & { namedCurve?: string; modulusLength?: number };
  if (algorithm.name === "ECDSA" && /^P-(256|384|521)$/.test(algorithm.namedCurve ?? "")) {
    return { type: "EC", curve: algorithm.namedCurve! };
  }
  if (algorithm.name === "RSASSA-PKCS1-v1_5" && algorithm.modulusLength !== undefined) {
    return { type: "RSA", size: algorithm.modulusLength };
  }
  const kind = algorithm.namedCurve ?? algorithm.name;
  throw new DispatchError("certificate_invalid", { reason: `keys of the kind ${kind} are not served` });
}
