/** Certificates that come as a set: PKCS#7 without signers (`.p7b`, RFC 5652 section 5.1), and Netscape's sequence. Pure. */
import { ContentInfo } from "@peculiar/asn1-cms";
import { parseAsn1 } from "./asn1.ts";
import { toDefiniteDer } from "./definite_der.ts";
import { firstElement, readElements, tags } from "./der_element.ts";
import { damaged } from "./obstacle.ts";

/** What such a file holds. */
export interface CertificateSet {
  readonly certificates: readonly Uint8Array[];
  readonly hasCrls: boolean;
}

const SIGNED_DATA = "1.2.840.113549.1.7.2";
const NETSCAPE_SEQUENCE = "2.16.840.1.113730.2.5";

/** Returns the certificates, in their order and byte for byte. @throws {Obstacle} `damaged` */
export function readCertificateSet(bytes: Uint8Array): CertificateSet {
  const { contentType, content } = parseAsn1(bytes, ContentInfo);
  const inner = firstElement(toDefiniteDer(new Uint8Array(content)));
  if (inner?.tag !== tags.sequence) throw damaged("its ASN.1 is not what it should be");
  if (contentType === NETSCAPE_SEQUENCE) return { certificates: sequencesIn(inner.content), hasCrls: false };
  if (contentType !== SIGNED_DATA) throw damaged(`it holds no certificates, but contents of the kind ${contentType}`);
  // SignedData ::= SEQUENCE { version, digestAlgorithms, encapContentInfo, certificates [0], crls [1], signerInfos }
  const fields = [...readElements(inner.content)];
  const certificates = fields.find(({ tag }) => tag === tags.context0);
  return {
    certificates: certificates === undefined ? [] : sequencesIn(certificates.content),
    hasCrls: fields.some(({ tag }) => tag === tags.context1),
  };
}

/** Other choices than a certificate (RFC 5652 section 10.2.2) have tags of their own. */
function sequencesIn(content: Uint8Array): Uint8Array[] {
  return [...readElements(content)].filter(({ tag }) => tag === tags.sequence).map(({ bytes }) => bytes);
}
