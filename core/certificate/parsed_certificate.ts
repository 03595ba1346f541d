/** One certificate, read once, with all that is shown of it and that the rules ask for. Pure. */

import { bytesToHex } from "@noble/hashes/utils.js";
import { AsnConvert } from "@peculiar/asn1-schema";
import { Certificate, type Name as DistinguishedName, type Time } from "@peculiar/asn1-x509";
import { type CertificateExtensions, readExtensions } from "./certificate_extensions.ts";
import { type PublicKeyReading, readPublicKey } from "./public_key.ts";
import { readSignatureAlgorithm, type SignatureAlgorithm } from "./signature_algorithm.ts";
import { singleLine } from "./single_line.ts";
import { Name } from "./x509.ts";

/** The most characters that are shown of a distinguished name; real ones have less. */
const MAX_NAME_LENGTH = 256;
/** The most hex digits that are shown of a serial number; RFC 5280 allows 40. */
const MAX_SERIAL_LENGTH = 64;

/** What one certificate says. */
export interface ParsedCertificate {
  readonly der: ArrayBuffer;
  /** Distinguished names, on one line and of bounded length: to be shown. */
  readonly subject: string;
  readonly issuer: string;
  /** Equal for equal names, whatever the encoding (RFC 5280 section 7.1): to be compared. */
  readonly subjectId: string;
  readonly issuerId: string;
  /** Lower-case hex without leading zero bytes. */
  readonly serial: string;
  /** ISO 8601, UTC. */
  readonly notBefore: string;
  /** ISO 8601, UTC. */
  readonly notAfter: string;
  readonly extensions: CertificateExtensions;
  readonly publicKey: PublicKeyReading;
  readonly signature: CertificateSignature;
}

/** The signature of a certificate. */
export interface CertificateSignature {
  readonly algorithm: SignatureAlgorithm;
  readonly value: ArrayBuffer;
  /** The bytes that are signed. */
  readonly signed: Uint8Array<ArrayBuffer>;
}

/** Decodes a certificate. @throws when it is none, or more follows it, which no TLS library takes */
export function decodeCertificate(der: ArrayBuffer): Certificate {
  const certificate = AsnConvert.parse(der, Certificate);
  if (outerLength(new Uint8Array(der)) !== der.byteLength) throw new TypeError("Cannot read bytes after a certificate");
  return certificate;
}

/** Reads what a decoded certificate says. @throws when a field of it is damaged */
export function readCertificate(der: ArrayBuffer, certificate: Certificate): ParsedCertificate {
  const { tbsCertificate: tbs, tbsCertificateRaw, signatureAlgorithm, signatureValue } = certificate;
  const [notBeforeMs, notAfterMs] = [readTime(tbs.validity.notBefore), readTime(tbs.validity.notAfter)];
  if (notAfterMs < notBeforeMs) throw new RangeError("Cannot use a time before its beginning as the end of a validity");
  return {
    der,
    subject: showName(tbs.subject),
    issuer: showName(tbs.issuer),
    subjectId: identifyName(tbs.subject),
    issuerId: identifyName(tbs.issuer),
    serial: showSerial(tbs.serialNumber),
    notBefore: new Date(notBeforeMs).toISOString(),
    notAfter: new Date(notAfterMs).toISOString(),
    extensions: readExtensions(tbs.extensions ?? []),
    publicKey: readPublicKey(tbs.subjectPublicKeyInfo),
    signature: {
      algorithm: readSignatureAlgorithm(signatureAlgorithm),
      value: signatureValue,
      signed: new Uint8Array(tbsCertificateRaw!),
    },
  };
}

/** Tag, length and content of the outermost value (X.690 section 8.1.3). */
function outerLength(der: Uint8Array): number {
  const first = der[1] ?? 0;
  if (first < 0x80) return 2 + first;
  const lengthBytes = der.subarray(2, 2 + (first & 0x7f));
  return 2 + lengthBytes.length + lengthBytes.reduce((length, byte) => length * 256 + byte, 0);
}

function readTime(time: Time): number {
  const date = time.getTime();
  // UTCTime is between 1950 and 2049; the library takes one that it can't read for a moment in 1899.
  if (time.utcTime !== undefined && date.getUTCFullYear() < 1950) throw new RangeError("Cannot read a damaged time");
  return date.getTime();
}

function showName(name: DistinguishedName): string {
  return singleLine(new Name(name).toString(), MAX_NAME_LENGTH);
}

/** Names are equal whatever type of string they are written in, in capitals or not, and with more or fewer spaces. */
function identifyName(name: DistinguishedName): string {
  const fold = (value: string): string => value.toLowerCase().trim().replace(/\s+/g, " ");
  return JSON.stringify(name.map((parts) => parts.map(({ type, value }) => [type, fold(value.toString())])));
}

function showSerial(serial: ArrayBuffer): string {
  const bytes = new Uint8Array(serial);
  const start = bytes.findIndex((byte) => byte !== 0);
  const shown = start < 0 ? bytes.subarray(0, 1) : bytes.subarray(start);
  return singleLine(bytesToHex(shown), MAX_SERIAL_LENGTH);
}
