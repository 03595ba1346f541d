/** Issues certificates of all kinds, good and bad, and gives them as the parts of files that are to be judged. */
import type { FoundCertificate, FoundKey, MaterialParts } from "../../../core/certificate/material.ts";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "../../../core/certificate/x509.ts";

/** The moment at which everything is judged. */
export const nowMs = Date.UTC(2026, 5, 1);
export const serverName = "mail.example.org";
const DAY_MS = 86_400_000;

/** A certificate with its key. */
export interface Issued {
  readonly name: string;
  readonly der: ArrayBuffer;
  readonly keys: CryptoKeyPair;
  readonly pkcs8Der: ArrayBuffer;
}

/** What a certificate is to be like; what is left out is as a good one has it. */
export interface IssueRequest {
  /** Distinguished name. */
  readonly name: string;
  /** Default: it signs itself. */
  readonly issuer?: Issued;
  /** Default: new ones, ECDSA P-256. */
  readonly keys?: CryptoKeyPair;
  /** Days from the moment of the test; default 30 days ago, and in 60 days. */
  readonly days?: readonly [from: number, to: number];
  readonly isCa?: boolean;
  /** `null` for no such extension. */
  readonly dnsNames?: readonly string[] | null;
  readonly ipAddresses?: readonly string[];
  readonly extendedKeyUsage?: readonly string[];
  readonly keyUsage?: KeyUsageFlags;
  readonly extensions?: readonly Extension[];
  readonly signing?: Algorithm & { hash?: string; saltLength?: number };
  readonly serialNumber?: string;
}

export { KeyUsageFlags };

/** Makes keys for {@link IssueRequest.keys}. */
export async function makeKeys(
  crypto: Crypto,
  algorithm: RsaHashedKeyGenParams | EcKeyGenParams,
): Promise<CryptoKeyPair> {
  return (await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
}

export function rsa(modulusLength: number, name = "RSASSA-PKCS1-v1_5", hash = "SHA-256"): RsaHashedKeyGenParams {
  return { name, modulusLength, publicExponent: new Uint8Array([1, 0, 1]), hash };
}

export function ec(namedCurve: string): EcKeyGenParams {
  return { name: "ECDSA", namedCurve };
}

let serials = 0x1000;

/** Issues a certificate. */
export async function issue(crypto: Crypto, request: IssueRequest): Promise<Issued> {
  const { name, issuer, days = [-30, 60], signing } = request;
  const keys = request.keys ?? (await makeKeys(crypto, ec("P-256")));
  const signingKey = (issuer?.keys ?? keys).privateKey;
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: request.serialNumber ?? (serials++).toString(16),
      subject: name,
      issuer: issuer?.name ?? name,
      notBefore: new Date(nowMs + days[0] * DAY_MS),
      notAfter: new Date(nowMs + days[1] * DAY_MS),
      publicKey: keys.publicKey,
      signingKey,
      signingAlgorithm: (signing ?? { ...signingKey.algorithm, hash: "SHA-256" }) as EcdsaParams,
      extensions: extensionsOf(request),
    },
    crypto,
  );
  return { name, der: certificate.rawData, keys, pkcs8Der: await crypto.subtle.exportKey("pkcs8", keys.privateKey) };
}

function extensionsOf(request: IssueRequest): Extension[] {
  const { isCa = false, dnsNames = isCa ? null : [serverName], ipAddresses = [], extendedKeyUsage, keyUsage } = request;
  const names = [
    ...(dnsNames ?? []).map((value) => ({ type: "dns" as const, value })),
    ...ipAddresses.map((value) => ({ type: "ip" as const, value })),
  ];
  return [
    ...(isCa ? [new BasicConstraintsExtension(true, undefined, true)] : []),
    ...(dnsNames === null ? [] : [new SubjectAlternativeNameExtension(names)]),
    ...(extendedKeyUsage === undefined ? [] : [new ExtendedKeyUsageExtension([...extendedKeyUsage])]),
    ...(keyUsage === undefined ? [] : [new KeyUsagesExtension(keyUsage, true)]),
    ...(request.extensions ?? []),
  ];
}

/** A PEM file with these certificates, one after the other. */
export function certificateFile(issued: readonly Issued[], file = "cert.pem"): FoundCertificate[] {
  return issued.map(({ der }, index) => ({ der, origin: { file, line: 1 + 20 * index } }));
}

/** A PEM file with the keys of these certificates. */
export function keyFile(issued: readonly Issued[], file = "key.pem"): FoundKey[] {
  return issued.map(({ pkcs8Der }, index) => ({ pkcs8Der, origin: { file, line: 1 + 5 * index } }));
}

/** What files hold; nothing, where nothing is given. */
export function makeParts(parts: Partial<MaterialParts>): MaterialParts {
  return { certificates: [], keys: [], others: [], findings: [], ...parts };
}
