/** Makes self-signed identities. Touches WebCrypto only. */
import { TlsIdentity } from "./identity.ts";
import { defaultKeyKind, type KeyKind, type KeyKindDefinition, keyKinds } from "./key_kind.ts";
import { type CertificateNames, normalizeAddress, normalizeDnsName } from "./names.ts";
import { validityDays } from "./validity_days.ts";
import {
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from "./x509.ts";

const DAY_MS = 86_400_000;
/** Longest common name (RFC 5280 appendix A, ub-common-name). */
const COMMON_NAME_LENGTH = 64;

/** What a self-signed certificate is to be. */
export interface SelfSignedOptions extends CertificateNames {
  /** Default `p256`. */
  readonly key?: KeyKind;
  /** Days of validity from now on, 1–825. Default 397, which every client takes; some refuse more than 398. */
  readonly days?: number;
  /** The moment of generation, in milliseconds since 1970. */
  readonly nowMs: number;
}

/**
 * Generates a key and a certificate that it signs itself, for TLS servers.
 *
 * Serial number: random, positive, 16 bytes. Validity: from one day ago, for clients whose clock is late, to `days` from
 * now. Common name: the first name of at most 64 characters.
 *
 * @throws {RangeError} when there is neither a name nor an address, one of them can't be in a certificate, or `days` is
 * out of range
 */
export async function generateSelfSigned(crypto: Crypto, options: SelfSignedOptions): Promise<TlsIdentity> {
  const { key = defaultKeyKind, days = validityDays.usual, nowMs } = options;
  const names = checkNames(options);
  if (!Number.isInteger(days) || days < validityDays.least || days > validityDays.most) {
    throw new RangeError(`Cannot use a number as days of validity: current value is ${days}`);
  }
  const kind = keyKinds[key];
  const keys = (await crypto.subtle.generateKey(kind.generation, true, ["sign", "verify"])) as CryptoKeyPair;
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: randomSerial(crypto),
      name: [{ CN: [commonName(names)] }],
      notBefore: wholeSecond(nowMs - DAY_MS),
      notAfter: wholeSecond(nowMs + days * DAY_MS),
      keys,
      signingAlgorithm: { name: kind.generation.name, hash: kind.hash },
      extensions: await serverExtensions(crypto, names, kind.usages, keys.publicKey),
    },
    crypto,
  );
  const keyDer = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return await TlsIdentity.fromDer(crypto, [certificate.rawData], keyDer);
}

function checkNames({ dnsNames, ipAddresses }: CertificateNames): CertificateNames {
  if (dnsNames.length + ipAddresses.length === 0) {
    throw new RangeError("Cannot use nothing as the names of a certificate: current value is []");
  }
  return {
    dnsNames: dnsNames.map((name) => normalizeDnsName(name) ?? refuse(name, "DNS name")),
    ipAddresses: ipAddresses.map((address) => normalizeAddress(address) ?? refuse(address, "IP address")),
  };
}

function refuse(value: string, role: string): never {
  throw new RangeError(`Cannot use text as a certificate's ${role}: current value is ${JSON.stringify(value)}`);
}

function commonName({ dnsNames, ipAddresses }: CertificateNames): string {
  // An empty name is not allowed in the issuer (RFC 5280 section 4.1.2.4), and this one is subject and issuer.
  return [...dnsNames, ...ipAddresses].find((name) => name.length <= COMMON_NAME_LENGTH) ?? "Dispatch";
}

/**
 * Operators pin this certificate as a trust anchor: it has to do as a leaf and as its own issuer at once.
 *
 * There is no basicConstraints: with CA:TRUE, NSS and rustls refuse it as a server's, with CA:FALSE, NSS refuses it as an
 * authority. keyUsage has no keyCertSign: without CA:TRUE that goes against RFC 5280 section 4.2.1.3, and OpenSSL refuses
 * it where it is strict, as under Python since 3.13. What was tried, and with which clients: docs/generated_certificate.md.
 */
async function serverExtensions(
  crypto: Crypto,
  names: CertificateNames,
  usages: KeyKindDefinition["usages"],
  publicKey: CryptoKey,
): Promise<Extension[]> {
  return [
    new SubjectAlternativeNameExtension([
      ...names.dnsNames.map((value) => ({ type: "dns" as const, value })),
      ...names.ipAddresses.map((value) => ({ type: "ip" as const, value })),
    ]),
    new KeyUsagesExtension(
      usages.reduce((flags, usage) => flags | KeyUsageFlags[usage], 0),
      true,
    ),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    await SubjectKeyIdentifierExtension.create(publicKey, false, crypto),
  ];
}

function randomSerial(crypto: Crypto): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  // The first two bits as 01: positive, and always the full 16 bytes.
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Certificates hold whole seconds (RFC 5280 section 4.1.2.5). */
function wholeSecond(timeMs: number): Date {
  return new Date(Math.floor(timeMs / 1000) * 1000);
}
