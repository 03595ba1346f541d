/** One certificate, read once, with all that is shown of it and that the rules ask for. Pure. */

import { bytesToHex } from "@noble/hashes/utils.js";
import { AsnConvert } from "@peculiar/asn1-schema";
import { Certificate, type Name as DistinguishedName, type Time } from "@peculiar/asn1-x509";
import { type CertificateExtensions, readExtensions } from "./certificate_extensions.ts";
import { readHeader } from "./der_element.ts";
import { damaged, Obstacle } from "./obstacle.ts";
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

/** Whether a certificate names itself as its issuer. */
export function isSelfIssued({ subjectId, issuerId }: ParsedCertificate): boolean {
  return subjectId === issuerId;
}

/** Whether a moment is within the validity of a certificate, both ends included (RFC 5280 section 4.1.2.5). */
export function isValidAt({ notBefore, notAfter }: ParsedCertificate, nowMs: number): boolean {
  return Date.parse(notBefore) <= nowMs && nowMs <= Date.parse(notAfter);
}

/** Returns what to call a certificate in a sentence: public authorities leave the subject empty. */
export function labelCertificate({ subject, extensions, serial }: ParsedCertificate): string {
  const name = subject || extensions.dnsNames[0] || extensions.ipAddresses[0] || `serial number ${serial}`;
  return singleLine(name, MAX_NAME_LENGTH);
}

/** Decodes a certificate. @throws when it is none, or more follows it, which no TLS library takes */
export function decodeCertificate(der: ArrayBuffer): Certificate {
  const certificate = AsnConvert.parse(der, Certificate, { berOptions: { parseEmbedded: false } });
  const header = readHeader(new Uint8Array(der), 0);
  if (header?.length !== der.byteLength - (header?.contentStart ?? 0)) throw damaged("more bytes follow it");
  return certificate;
}

/** Reads what a decoded certificate says. @throws when a field of it is damaged */
export function readCertificate(der: ArrayBuffer, certificate: Certificate): ParsedCertificate {
  const { tbsCertificate: tbs, tbsCertificateRaw, signatureAlgorithm, signatureValue } = certificate;
  const [notBeforeMs, notAfterMs] = [readTime(tbs.validity.notBefore), readTime(tbs.validity.notAfter)];
  if (notAfterMs < notBeforeMs) throw damaged("its validity ends before it begins");
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

/** Returns why a certificate could not be decoded or read, as the end of a sentence. */
export function explainDamage(cause: unknown): string {
  // The library throws errors of many classes for names, keys and extensions that are damaged.
  return cause instanceof Obstacle ? cause.reason : "a field of it is damaged";
}

function readTime(time: Time): number {
  const date = time.getTime();
  // UTCTime is between 1950 and 2049; the library takes one that it can't read for a moment in 1899.
  if (time.utcTime !== undefined && date.getUTCFullYear() < 1950) throw damaged("a time in it can't be read");
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
