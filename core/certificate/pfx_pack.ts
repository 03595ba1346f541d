/** Packs an identity as a PFX, the PKCS#12 file of RFC 7292. Touches WebCrypto only. */
import { ContentInfo, EncryptedContent, EncryptedContentInfo } from "@peculiar/asn1-cms";
import {
  AuthenticatedSafe,
  CertBag,
  id_certBag,
  id_pkcs8ShroudedKeyBag,
  id_x509Certificate,
  PFX,
  PKCS8ShroudedKeyBag,
  PKCS12Attribute,
  SafeBag,
  SafeContents,
} from "@peculiar/asn1-pfx";
import { EncryptedData as EncryptedKey } from "@peculiar/asn1-pkcs8";
import { id_pkcs9_at_friendlyName, id_pkcs9_at_localKeyId } from "@peculiar/asn1-pkcs9";
import { AsnBmpStringConverter, AsnConvert, OctetString } from "@peculiar/asn1-schema";
import type { TlsIdentity } from "./identity.ts";
import { decodeCertificatesPem, decodePrivateKeyPem } from "./pem.ts";
import { encryptWithPassword } from "./pfx_encryption.ts";
import { computeMac } from "./pfx_mac.ts";
import { contentTypes, EncryptedData } from "./pfx_schema.ts";

/**
 * Returns the PFX (DER) of an identity: the whole chain and the key, each encrypted with PBES2 (AES-256-CBC,
 * PBKDF2-HMAC-SHA-256), under a MAC of HMAC-SHA-256. OpenSSL, GnuTLS, NSS and Java read it.
 *
 * @param password printable ASCII with enough randomness of its own, as {@link randomPassword} makes it: it is hardly
 * stretched
 */
export async function packPfx(
  crypto: Crypto,
  identity: TlsIdentity,
  password: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const chainDer = decodeCertificatesPem(identity.certPem);
  const keyDer = decodePrivateKeyPem(identity.keyPem, chainDer[0]!);
  // Readers find the leaf among the certificates by this mark on it and on the key.
  const marks = leafMarks(identity, await crypto.subtle.digest("SHA-256", chainDer[0]!));
  const certificates = await encryptedContents(crypto, certificateBags(chainDer, marks), password);
  const key = dataContents(AsnConvert.serialize(new SafeContents([await keyBag(crypto, keyDer, marks, password)])));
  const authenticatedSafe = AsnConvert.serialize(new AuthenticatedSafe([certificates, key]));
  const pfx = new PFX({
    authSafe: dataContents(authenticatedSafe),
    macData: await computeMac(crypto, authenticatedSafe, password),
  });
  return new Uint8Array(AsnConvert.serialize(pfx));
}

function leafMarks({ facts }: TlsIdentity, localKeyId: ArrayBuffer): PKCS12Attribute[] {
  const friendlyName = facts.dnsNames[0] ?? facts.ipAddresses[0] ?? facts.subject;
  return [
    attribute(id_pkcs9_at_localKeyId, AsnConvert.serialize(new OctetString(localKeyId))),
    attribute(id_pkcs9_at_friendlyName, AsnConvert.serialize(AsnBmpStringConverter.toASN(friendlyName))),
  ];
}

function attribute(attrId: string, value: ArrayBuffer): PKCS12Attribute {
  // The constructor of asn1-pfx 2.11.1 drops its parameters.
  return Object.assign(new PKCS12Attribute(), { attrId, attrValues: [value] });
}

function certificateBags(chainDer: readonly ArrayBuffer[], marks: PKCS12Attribute[]): SafeContents {
  return new SafeContents(
    chainDer.map((der, index) => {
      const bag = new CertBag({ certId: id_x509Certificate, certValue: AsnConvert.serialize(new OctetString(der)) });
      const bagAttributes = index === 0 ? { bagAttributes: marks } : {};
      return new SafeBag({ bagId: id_certBag, bagValue: AsnConvert.serialize(bag), ...bagAttributes });
    }),
  );
}

async function keyBag(
  crypto: Crypto,
  keyDer: ArrayBuffer,
  marks: PKCS12Attribute[],
  password: string,
): Promise<SafeBag> {
  const { algorithm, ciphertext } = await encryptWithPassword(crypto, keyDer, password);
  const bag = new PKCS8ShroudedKeyBag({
    encryptionAlgorithm: algorithm,
    encryptedData: new EncryptedKey(ciphertext),
  });
  return new SafeBag({ bagId: id_pkcs8ShroudedKeyBag, bagValue: AsnConvert.serialize(bag), bagAttributes: marks });
}

async function encryptedContents(crypto: Crypto, contents: SafeContents, password: string): Promise<ContentInfo> {
  const { algorithm, ciphertext } = await encryptWithPassword(crypto, AsnConvert.serialize(contents), password);
  const encrypted = new EncryptedData();
  encrypted.encryptedContentInfo = new EncryptedContentInfo({
    contentType: contentTypes.data,
    contentEncryptionAlgorithm: algorithm,
    encryptedContent: new EncryptedContent({ value: new OctetString(ciphertext) }),
  });
  return new ContentInfo({ contentType: contentTypes.encryptedData, content: AsnConvert.serialize(encrypted) });
}

function dataContents(bytes: ArrayBuffer): ContentInfo {
  return new ContentInfo({ contentType: contentTypes.data, content: AsnConvert.serialize(new OctetString(bytes)) });
}
