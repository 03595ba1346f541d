/** What a TLS listener is given: neutral data, which each runtime's adapter translates. Pure. */
import type { TlsIdentity } from "../certificate/mod.ts";

/** The lowest version of TLS that a listener speaks. Nothing lower than 1.2 can be asked for. */
export type MinTlsVersion = "TLSv1.2" | "TLSv1.3";

/** What can be chosen about a listener's TLS. */
export interface TlsSettings {
  /** The setting `tls.min_version`. */
  readonly minVersion: MinTlsVersion;
  /** Application protocols in order of preference (RFC 7301); empty: none is negotiated, as with SMTP. */
  readonly alpn: readonly string[];
}

const madeFromIdentity = Symbol("made from an identity");

/**
 * The TLS of one listener. Only {@link tlsPolicy} makes one, from an identity, so that no listener can be without a
 * certificate, or with a key that does not belong to it.
 *
 * Key exchange groups are not among it on purpose: the runtimes' own choice has the post-quantum X25519MLKEM768 in it.
 */
export interface TlsPolicy extends TlsSettings {
  readonly [madeFromIdentity]: true;
  /** The leaf, then the rest of the chain, as PEM. */
  readonly certPem: string;
  /** The private key, PKCS#8 as PEM, not encrypted. */
  readonly keyPem: string;
  /** The suites of TLS 1.2 in OpenSSL's format: AEAD and forward secrecy only. Every suite of TLS 1.3 has both. */
  readonly ciphers: string;
}

const TLS_1_2_CIPHERS = [
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");

const VERSIONS: readonly string[] = ["TLSv1.2", "TLSv1.3"] satisfies MinTlsVersion[];

/**
 * Returns the policy of a listener that shows `identity`.
 *
 * @throws {RangeError} when the minimum version is lower than TLS 1.2, or none at all
 */
export function tlsPolicy(identity: TlsIdentity, { minVersion, alpn }: TlsSettings): TlsPolicy {
  if (!VERSIONS.includes(minVersion)) {
    throw new RangeError(
      `Cannot use a text as the minimum version of TLS: current value is ${JSON.stringify(minVersion)}`,
    );
  }
  const { certPem, keyPem } = identity;
  return { [madeFromIdentity]: true, certPem, keyPem, minVersion, ciphers: TLS_1_2_CIPHERS, alpn: [...alpn] };
}
