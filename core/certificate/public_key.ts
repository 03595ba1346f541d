/** The public keys that certificates are about: which are served, and how they are told from one another. Pure. */
import { bytesToHex } from "@noble/hashes/utils.js";
import { id_RSASSA_PSS, id_rsaEncryption, RSAPublicKey } from "@peculiar/asn1-rsa";
import { AsnConvert, AsnProp, AsnPropTypes, AsnType, AsnTypeTypes } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier, SubjectPublicKeyInfo } from "@peculiar/asn1-x509";
import { singleLine } from "./single_line.ts";

/** The key of a certificate: an elliptic curve (`P-256`, `P-384`, `P-521`), or RSA and its size in bits. */
export type KeyFacts =
  | { readonly type: "EC"; readonly curve: string }
  | { readonly type: "RSA"; readonly size: number };

/** Whether a key does for its purpose: `weak` is RSA under 2048 bits, `unsupported` what a runtime does not take. */
export type KeyStanding = "good" | "weak" | "unsupported";

/** What is known about a public key. */
export interface PublicKeyReading {
  /** SubjectPublicKeyInfo as WebCrypto imports it: it does not know that a key can be for RSA-PSS alone. */
  readonly importableDer: ArrayBuffer;
  /** What people call it: `P-256`, `RSA with 2048 bits`, `DSA`. */
  readonly name: string;
  /** `null` for kinds that have no name in {@link KeyFacts}. */
  readonly facts: KeyFacts | null;
  /** As the key of the certificate that a listener shows, on both runtimes. */
  readonly standing: KeyStanding;
  /** As the key of a certificate further up in the chain. */
  readonly standingInChain: KeyStanding;
  /** Equal for the public and the private half of a key; see {@link rsaKeyId}, {@link ecKeyId}, {@link otherKeyId}. */
  readonly id: string;
}

const EC = "1.2.840.10045.2.1";
/** Clients refuse less, and so does OpenSSL when it is given such a certificate, for itself or in a chain. */
const LEAST_RSA_BITS = 2048;
/** One signature of a key twice as long takes a second. */
const MOST_RSA_BITS = 8192;
/** BoringSSL refuses longer public exponents. */
const MOST_EXPONENT_BITS = 33;
/** The most characters that are shown of an object identifier. */
const MAX_ID_LENGTH = 64;

interface Curve {
  readonly name: string;
  /** OpenSSL refuses a chain that has a key of less than 224 bits in it. */
  readonly inChain: boolean;
  /** Length of a coordinate, for the curves that both runtimes serve. */
  readonly servedBytes: number | null;
}

const curves: Readonly<Record<string, Curve>> = {
  "1.2.840.10045.3.1.7": { name: "P-256", inChain: true, servedBytes: 32 },
  "1.3.132.0.34": { name: "P-384", inChain: true, servedBytes: 48 },
  "1.3.132.0.35": { name: "P-521", inChain: true, servedBytes: 66 },
  "1.2.840.10045.3.1.1": { name: "P-192", inChain: false, servedBytes: null },
  "1.3.132.0.33": { name: "P-224", inChain: true, servedBytes: null },
  "1.3.132.0.10": { name: "secp256k1", inChain: true, servedBytes: null },
  "1.3.36.3.3.2.8.1.1.7": { name: "brainpoolP256r1", inChain: true, servedBytes: null },
  "1.3.36.3.3.2.8.1.1.11": { name: "brainpoolP384r1", inChain: true, servedBytes: null },
  "1.3.36.3.3.2.8.1.1.13": { name: "brainpoolP512r1", inChain: true, servedBytes: null },
};

/** Algorithms that no certificate can be served with: their names, and whether OpenSSL takes them in a chain. */
const otherAlgorithms: Readonly<Record<string, { readonly name: string; readonly inChain: boolean }>> = {
  "1.3.101.112": { name: "Ed25519", inChain: true },
  "1.3.101.113": { name: "Ed448", inChain: true },
  "1.3.101.110": { name: "X25519", inChain: false },
  "1.3.101.111": { name: "X448", inChain: false },
  "1.2.840.10040.4.1": { name: "DSA", inChain: false },
  "2.16.840.1.101.3.4.3.17": { name: "ML-DSA-44", inChain: true },
  "2.16.840.1.101.3.4.3.18": { name: "ML-DSA-65", inChain: true },
  "2.16.840.1.101.3.4.3.19": { name: "ML-DSA-87", inChain: true },
};

/** `ECParameters ::= CHOICE { namedCurve OBJECT IDENTIFIER, … }` (RFC 5480 section 2.1.1). */
class CurveParameters {
  namedCurve?: string;
  other?: ArrayBuffer;
}
AsnProp({ type: AsnPropTypes.ObjectIdentifier })(CurveParameters.prototype, "namedCurve");
AsnProp({ type: AsnPropTypes.Any })(CurveParameters.prototype, "other");
AsnType({ type: AsnTypeTypes.Choice })(CurveParameters);

/** Reads a public key. @throws when it is damaged */
export function readPublicKey(info: SubjectPublicKeyInfo): PublicKeyReading {
  const { algorithm } = info.algorithm;
  if (algorithm === id_rsaEncryption || algorithm === id_RSASSA_PSS) return readRsa(info);
  if (algorithm === EC) return readEc(info);
  const other = otherAlgorithms[algorithm];
  return {
    importableDer: AsnConvert.serialize(info),
    name: other?.name ?? `the algorithm ${singleLine(algorithm, MAX_ID_LENGTH)}`,
    facts: other?.name.startsWith("Ed") ? { type: "EC", curve: other.name } : null,
    standing: "unsupported",
    standingInChain: other?.inChain ? "good" : "unsupported",
    id: otherKeyId(info.algorithm),
  };
}

function readRsa(info: SubjectPublicKeyInfo): PublicKeyReading {
  const { modulus, publicExponent } = AsnConvert.parse(info.subjectPublicKey, RSAPublicKey);
  const isPss = info.algorithm.algorithm === id_RSASSA_PSS;
  const size = countBits(modulus);
  const exponentBits = countBits(publicExponent);
  const plain = new AlgorithmIdentifier({ algorithm: id_rsaEncryption, parameters: null });
  const isLong = size > MOST_RSA_BITS || exponentBits > MOST_EXPONENT_BITS;
  const exponent = exponentBits > MOST_EXPONENT_BITS ? ` and an exponent of ${exponentBits}` : "";
  return {
    importableDer: AsnConvert.serialize(new SubjectPublicKeyInfo({ ...info, algorithm: plain })),
    name: `${isPss ? "RSA-PSS" : "RSA"} with ${size} bits${exponent}`,
    facts: { type: "RSA", size },
    // Only for signatures with RSA-PSS: BoringSSL does not know such keys.
    standing: isPss || isLong ? "unsupported" : size < LEAST_RSA_BITS ? "weak" : "good",
    standingInChain: size < LEAST_RSA_BITS ? "weak" : "good",
    id: rsaKeyId(modulus, publicExponent),
  };
}

function readEc(info: SubjectPublicKeyInfo): PublicKeyReading {
  const { id, curve } = readCurve(info.algorithm);
  const point = readPoint(new Uint8Array(info.subjectPublicKey), curve?.servedBytes ?? null);
  const shownId = id === null ? null : singleLine(id, MAX_ID_LENGTH);
  const name = curve?.name ?? (id === null ? "an elliptic curve with parameters of its own" : `the curve ${shownId}`);
  return {
    importableDer: AsnConvert.serialize(info),
    name: point?.isCompressed ? `${name} with a compressed point` : name,
    facts: { type: "EC", curve: curve?.name ?? shownId ?? "explicit parameters" },
    // When Bun serves a compressed point, OpenSSL's client ends the handshake of TLS 1.2.
    standing: point === null || point.isCompressed ? "unsupported" : "good",
    standingInChain: id === null || curve?.inChain ? "good" : "unsupported",
    id: point === null ? otherKeyId(info.algorithm) : ecKeyId(name, point.x, point.isYOdd),
  };
}

interface Point {
  readonly x: Uint8Array;
  readonly isYOdd: boolean;
  readonly isCompressed: boolean;
}

/** Reads a point whose coordinates have `size` bytes (SEC 1 section 2.3.4); `null` when it is none. */
function readPoint(bytes: Uint8Array, size: number | null): Point | null {
  if (size === null) return null;
  const x = bytes.subarray(1, 1 + size);
  const [form = 0, last = 0] = [bytes[0], bytes.at(-1)];
  if (form === 4 && bytes.length === 1 + 2 * size) return { x, isYOdd: last % 2 === 1, isCompressed: false };
  if ((form === 2 || form === 3) && bytes.length === 1 + size) return { x, isYOdd: form === 3, isCompressed: true };
  return null;
}

/** Returns the curve of a key; no identifier when the key spells out a curve of its own, which few programs take. */
function readCurve({ parameters }: AlgorithmIdentifier): { id: string | null; curve: Curve | undefined } {
  const id = (parameters && AsnConvert.parse(parameters, CurveParameters).namedCurve) || null;
  return { id, curve: id === null ? undefined : curves[id] };
}

/** Returns the name of the curve of an EC key, if it is one that both runtimes serve. */
export function readServedCurve(algorithm: AlgorithmIdentifier): string | null {
  if (algorithm.algorithm !== EC) return null;
  const { curve } = readCurve(algorithm);
  return curve !== undefined && curve.servedBytes !== null ? curve.name : null;
}

/** Identifies an RSA key; the numbers with or without zeros in front. */
export function rsaKeyId(modulus: ArrayBuffer, publicExponent: ArrayBuffer): string {
  return `RSA ${toNumber(modulus)} ${toNumber(publicExponent)}`;
}

/** Identifies a key on one of the curves that are served, by what a compressed point has as well. */
export function ecKeyId(curve: string, x: Uint8Array, isYOdd: boolean): string {
  return `${curve} ${bytesToHex(x)} ${isYOdd ? "odd" : "even"}`;
}

/** Identifies the kind of a key only: enough to say of a pair that this kind is not served. */
export function otherKeyId(algorithm: AlgorithmIdentifier): string {
  return `kind ${bytesToHex(new Uint8Array(AsnConvert.serialize(new AlgorithmIdentifier(algorithm))))}`;
}

function toNumber(bytes: ArrayBuffer): string {
  return bytesToHex(new Uint8Array(bytes)).replace(/^0+(?=.)/, "");
}

function countBits(bytes: ArrayBuffer): number {
  const hex = toNumber(bytes);
  return (hex.length - 1) * 4 + Number.parseInt(hex[0]!, 16).toString(2).length;
}
