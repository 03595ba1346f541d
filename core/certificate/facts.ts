/** What there is to show about a certificate and its chain. Touches WebCrypto only. */
import { bytesToHex } from "@noble/hashes/utils.js";
import { DispatchError } from "../error/mod.ts";
import type { ParsedCertificate } from "./parsed_certificate.ts";
import type { KeyFacts } from "./public_key.ts";
import { isSelfSigned } from "./signature.ts";
import { singleLine } from "./single_line.ts";

/** The most names, and the most addresses, that are shown; public authorities stop at 250. */
const MAX_NAMES = 500;
/** The longest DNS name (RFC 1035 section 2.3.4). */
const MAX_NAME_LENGTH = 253;

/** One certificate of a chain. What it shows is on one line and of bounded length, whatever the certificate holds. */
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
  /** The first 500. */
  readonly dnsNames: readonly string[];
  /** The first 500; IPv6 addresses in the form of RFC 5952. */
  readonly ipAddresses: readonly string[];
  readonly key: KeyFacts;
  /** Whether the leaf signed itself: then clients have to trust this very certificate. */
  readonly isSelfSigned: boolean;
  /** All certificates that are served, the leaf first. */
  readonly chain: readonly ChainLink[];
}

/**
 * Reads the facts of a chain, leaf first.
 *
 * @throws {DispatchError} `certificate_invalid` when the leaf has a key of a kind that there are no facts about
 */
export async function readFacts(
  crypto: Crypto,
  leaf: ParsedCertificate,
  intermediates: readonly ParsedCertificate[],
): Promise<CertificateFacts> {
  const { dnsNames, ipAddresses } = leaf.extensions;
  const { facts: key, name } = leaf.publicKey;
  if (key === null)
    throw new DispatchError("certificate_invalid", { reason: `keys of the kind ${name} are not served` });
  const chain = await Promise.all([leaf, ...intermediates].map((certificate) => readLink(crypto, certificate)));
  return {
    ...chain[0]!,
    dnsNames: dnsNames.slice(0, MAX_NAMES).map((dnsName) => singleLine(dnsName, MAX_NAME_LENGTH)),
    ipAddresses: ipAddresses.slice(0, MAX_NAMES),
    key,
    isSelfSigned: await isSelfSigned(crypto, leaf),
    chain,
  };
}

async function readLink(crypto: Crypto, certificate: ParsedCertificate): Promise<ChainLink> {
  const { der, subject, issuer, serial, notBefore, notAfter } = certificate;
  const digest = bytesToHex(new Uint8Array(await crypto.subtle.digest("SHA-256", der)));
  const fingerprintSha256 = digest.toUpperCase().replace(/..(?=.)/g, "$&:");
  return { subject, issuer, serial, fingerprintSha256, notBefore, notAfter };
}
