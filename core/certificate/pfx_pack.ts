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
import { encryptWithPassword, type PasswordEncrypted } from "./pfx_encryption.ts";
import { computeMac } from "./pfx_mac.ts";
import { contentTypes, EncryptedData } from "./pfx_schema.ts";

/**
 * How often a passphrase that a person thought of is stretched, for a guess to cost something. The encryption takes as many
 * as GnuTLS and NSS write. No WebCrypto has the derivation of the MAC: as many would take a second, these a third of it,
 * and they are still 20 times what Java writes.
 */
const typedIterations = { encryption: 600_000, mac: 200_000 };

/** How a PFX is packed. */
export interface PackOptions {
  /** Whether a person thought of the password; default: it is random, as {@link randomPassword} makes it. */
  readonly isTyped?: boolean;
}

/** Encrypts a part of one file under its password. */
type Encrypt = (plaintext: ArrayBuffer) => Promise<PasswordEncrypted>;

/**
 * Returns the PFX (DER) of an identity: the whole chain and the key, each encrypted with PBES2 (AES-256-CBC,
 * PBKDF2-HMAC-SHA-256), under a MAC of HMAC-SHA-256. OpenSSL, GnuTLS, NSS and Java read it.
 */
export async function packPfx(
  crypto: Crypto,
  identity: TlsIdentity,
  password: string,
  { isTyped = false }: PackOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const iterations = isTyped ? typedIterations : undefined;
  const encrypt: Encrypt = (bytes) => encryptWithPassword(crypto, bytes, password, iterations?.encryption);
  const chainDer = decodeCertificatesPem(identity.certPem);
  const keyDer = decodePrivateKeyPem(identity.keyPem);
  // Readers find the leaf among the certificates by this mark on it and on the key.
  const marks = leafMarks(identity, await crypto.subtle.digest("SHA-256", chainDer[0]!));
  const [certificates, key] = await Promise.all([
    encryptedContents(encrypt, certificateBags(chainDer, marks)),
    keyBag(encrypt, keyDer, marks),
  ]);
  const contents = new AuthenticatedSafe([certificates, dataContents(AsnConvert.serialize(new SafeContents([key])))]);
  const authenticatedSafe = AsnConvert.serialize(contents);
  const macData = await computeMac(crypto, authenticatedSafe, password, iterations?.mac);
  return new Uint8Array(AsnConvert.serialize(new PFX({ authSafe: dataContents(authenticatedSafe), macData })));
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

async function keyBag(encrypt: Encrypt, keyDer: ArrayBuffer, marks: PKCS12Attribute[]): Promise<SafeBag> {
  const { algorithm, ciphertext } = await encrypt(keyDer);
  const bag = new PKCS8ShroudedKeyBag({
    encryptionAlgorithm: algorithm,
    encryptedData: new EncryptedKey(ciphertext),
  });
  return new SafeBag({ bagId: id_pkcs8ShroudedKeyBag, bagValue: AsnConvert.serialize(bag), bagAttributes: marks });
}

async function encryptedContents(encrypt: Encrypt, contents: SafeContents): Promise<ContentInfo> {
  const { algorithm, ciphertext } = await encrypt(AsnConvert.serialize(contents));
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
