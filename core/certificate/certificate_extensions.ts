/** The extensions of a certificate that matter to a TLS server and its chain. Pure. */
import { bytesToHex } from "@noble/hashes/utils.js";
import { AsnConvert } from "@peculiar/asn1-schema";
import {
  BasicConstraints,
  ExtendedKeyUsage,
  type Extension,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  KeyUsage,
  SubjectKeyIdentifier,
} from "@peculiar/asn1-x509";
import ipaddr from "ipaddr.js";
import { type DerElement, firstElement, readElements, tags } from "./der_element.ts";
import { damaged } from "./obstacle.ts";

/** What the extensions of one certificate say (RFC 5280 section 4.2.1). */
export interface CertificateExtensions {
  readonly hasSubjectAltName: boolean;
  /** As they stand in the certificate, and as many: whatever is shown of them has to be made fit for that. */
  readonly dnsNames: readonly string[];
  /** IPv6 addresses in the form of RFC 5952. */
  readonly ipAddresses: readonly string[];
  /** Names such as `digitalSignature`; `null` when every use is allowed. */
  readonly keyUsage: readonly string[] | null;
  /** Object identifiers; `null` when every use is allowed. */
  readonly extendedKeyUsage: readonly string[] | null;
  readonly isCa: boolean;
  /** Hex digits; `null` when there is none. */
  readonly subjectKeyId: string | null;
  readonly authorityKeyId: string | null;
}

/** Tags of GeneralName, and of the keyIdentifier in AuthorityKeyIdentifier. */
const contextTags = { dnsName: 0x82, ipAddress: 0x87, keyIdentifier: 0x80 } as const;

const latin1 = new TextDecoder("latin1");

/** Reads the extensions of a certificate. @throws when one of them is damaged */
export function readExtensions(extensions: readonly Extension[]): CertificateExtensions {
  const read = <T>(id: string, reader: (der: ArrayBuffer) => T): T | null => {
    const extension = extensions.find(({ extnID }) => extnID === id);
    return extension === undefined ? null : reader(extension.extnValue.buffer);
  };
  const names = read(id_ce_subjectAltName, readSequence);
  const authority = read(id_ce_authorityKeyIdentifier, readSequence) ?? [];
  return {
    hasSubjectAltName: names !== null,
    dnsNames: select(names ?? [], contextTags.dnsName).map((bytes) => latin1.decode(bytes)),
    ipAddresses: select(names ?? [], contextTags.ipAddress)
      .filter(isAddress)
      .map(formatAddress),
    keyUsage: read(id_ce_keyUsage, (der) => AsnConvert.parse(der, KeyUsage).toJSON()),
    extendedKeyUsage: read(id_ce_extKeyUsage, (der) => [...AsnConvert.parse(der, ExtendedKeyUsage)]),
    isCa: read(id_ce_basicConstraints, (der) => AsnConvert.parse(der, BasicConstraints).cA) ?? false,
    subjectKeyId: read(id_ce_subjectKeyIdentifier, readKeyId),
    authorityKeyId: select(authority, contextTags.keyIdentifier).map(bytesToHex)[0] ?? null,
  };
}

/** The elements of a sequence. The ASN.1 library would refuse all names where there is one of a kind that it can't read. */
function readSequence(der: ArrayBuffer): DerElement[] {
  const sequence = firstElement(new Uint8Array(der));
  if (sequence?.tag !== tags.sequence) throw damaged("a field of it is damaged");
  return [...readElements(sequence.content)];
}

function select(elements: readonly DerElement[], wanted: number): Uint8Array[] {
  return elements.filter(({ tag }) => tag === wanted).map(({ content }) => content);
}

function readKeyId(der: ArrayBuffer): string {
  return bytesToHex(new Uint8Array(AsnConvert.parse(der, SubjectKeyIdentifier).buffer));
}

function isAddress({ length }: Uint8Array): boolean {
  return length === 4 || length === 16;
}

function formatAddress(bytes: Uint8Array): string {
  return ipaddr.fromByteArray([...bytes]).toString();
}
