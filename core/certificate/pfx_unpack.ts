/** Opens a PFX, the PKCS#12 file of RFC 7292. Touches WebCrypto only. */
import type { ContentInfo } from "@peculiar/asn1-cms";
import {
  AuthenticatedSafe,
  CertBag,
  id_certBag,
  id_keyBag,
  id_pkcs8ShroudedKeyBag,
  id_x509Certificate,
  PFX,
  PKCS8ShroudedKeyBag,
  type SafeBag,
  SafeContents,
} from "@peculiar/asn1-pfx";
import { id_pkcs9_at_localKeyId } from "@peculiar/asn1-pkcs9";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import { DispatchError } from "../error/mod.ts";
import { TlsIdentity } from "./identity.ts";
import { decryptWithPassword } from "./pfx_encryption.ts";
import { verifyMac } from "./pfx_mac.ts";
import { contentTypes, EncryptedData } from "./pfx_schema.ts";

/** A chain of four certificates with RSA-4096 keys takes 10 KB. */
const MAX_PFX_BYTES = 1_048_576;
/** Bounds how many parts of a file have to be decrypted. */
const MAX_PARTS = 16;

interface Certificate {
  readonly der: ArrayBuffer;
  readonly localKeyId: string | undefined;
}

interface PrivateKey {
  readonly der: ArrayBuffer;
  readonly localKeyId: string | undefined;
}

/**
 * Opens a PFX that holds one private key. The MAC is verified before anything is decrypted. The certificate that carries
 * the key's `localKeyId` is the leaf, else the first one; the others follow in the order of the file.
 *
 * @throws {DispatchError} `pfx_password_wrong`; `pfx_unreadable` when it is damaged, larger than 1 MiB, protected in a way
 * that is not supported, or does not hold one key and its certificate; and as {@link TlsIdentity.fromDer}
 */
export async function unpackPfx(crypto: Crypto, pfxDer: Uint8Array, password: string): Promise<TlsIdentity> {
  if (pfxDer.length > MAX_PFX_BYTES) throw unreadable(`it is larger than ${MAX_PFX_BYTES} bytes`);
  try {
    const bags = await openBags(crypto, pfxDer, password);
    return await readIdentity(crypto, bags, password);
  } catch (cause) {
    if (cause instanceof DispatchError) throw cause;
    // The ASN.1 library throws errors of many classes for a structure that is not as it should be.
    throw unreadable("it is damaged, or not a PFX at all", cause);
  }
}

async function openBags(crypto: Crypto, pfxDer: Uint8Array, password: string): Promise<SafeBag[]> {
  const { authSafe, macData } = AsnConvert.parse(pfxDer.slice().buffer, PFX);
  if (authSafe.contentType !== contentTypes.data) throw unreadable("it is signed instead of having a MAC");
  // The library fills in an empty MacData where there is none.
  if (macData.mac.digestAlgorithm.algorithm === "") throw unreadable("it has no MAC");
  const authenticatedSafe = AsnConvert.parse(authSafe.content, OctetString).buffer;
  await verifyMac(crypto, macData, authenticatedSafe, password);
  const parts = [...AsnConvert.parse(authenticatedSafe, AuthenticatedSafe)];
  if (parts.length > MAX_PARTS) throw unreadable(`it has more than ${MAX_PARTS} parts`);
  const contents = await Promise.all(parts.map((part) => openPart(crypto, part, password)));
  return contents.flatMap((bytes) => [...AsnConvert.parse(bytes, SafeContents)]);
}

async function openPart(crypto: Crypto, { contentType, content }: ContentInfo, password: string): Promise<ArrayBuffer> {
  if (contentType === contentTypes.data) return AsnConvert.parse(content, OctetString).buffer;
  if (contentType !== contentTypes.encryptedData) throw unreadable(`the content type ${contentType} is not supported`);
  const { encryptedContentInfo } = AsnConvert.parse(content, EncryptedData);
  const { contentEncryptionAlgorithm, encryptedContent } = encryptedContentInfo;
  const pieces = encryptedContent?.constructedValue ?? (encryptedContent?.value ? [encryptedContent.value] : []);
  const ciphertext = await new Blob(pieces.map((piece) => piece.buffer)).arrayBuffer();
  return await decryptWithPassword(crypto, { algorithm: contentEncryptionAlgorithm, ciphertext }, password);
}

async function readIdentity(crypto: Crypto, bags: readonly SafeBag[], password: string): Promise<TlsIdentity> {
  const key = await readKey(crypto, bags, password);
  const certificates = bags.filter((bag) => bag.bagId === id_certBag).map(readCertificate);
  const marked = certificates.find(({ localKeyId }) => localKeyId !== undefined && localKeyId === key.localKeyId);
  const leaf = marked ?? certificates[0];
  if (leaf === undefined) throw unreadable("it holds no certificate");
  const chain = [leaf, ...certificates.filter((certificate) => certificate !== leaf)];
  return await TlsIdentity.fromDer(
    crypto,
    chain.map(({ der }) => der),
    key.der,
  );
}

async function readKey(crypto: Crypto, bags: readonly SafeBag[], password: string): Promise<PrivateKey> {
  const [bag, ...others] = bags.filter(({ bagId }) => bagId === id_keyBag || bagId === id_pkcs8ShroudedKeyBag);
  if (bag === undefined) throw unreadable("it holds no private key");
  if (others.length > 0) throw unreadable(`it holds ${others.length + 1} private keys instead of one`);
  const localKeyId = readLocalKeyId(bag);
  if (bag.bagId === id_keyBag) return { der: bag.bagValue, localKeyId };
  const { encryptionAlgorithm, encryptedData } = AsnConvert.parse(bag.bagValue, PKCS8ShroudedKeyBag);
  const encrypted = { algorithm: encryptionAlgorithm, ciphertext: encryptedData.buffer };
  return { der: await decryptWithPassword(crypto, encrypted, password), localKeyId };
}

function readCertificate(bag: SafeBag): Certificate {
  const { certId, certValue } = AsnConvert.parse(bag.bagValue, CertBag);
  if (certId !== id_x509Certificate) throw unreadable(`certificates of the type ${certId} are not supported`);
  return { der: AsnConvert.parse(certValue, OctetString).buffer, localKeyId: readLocalKeyId(bag) };
}

/** The identifier as text, to be compared. */
function readLocalKeyId({ bagAttributes }: SafeBag): string | undefined {
  const value = bagAttributes?.find(({ attrId }) => attrId === id_pkcs9_at_localKeyId)?.attrValues[0];
  return value === undefined ? undefined : new Uint8Array(value).join(" ");
}

function unreadable(reason: string, cause?: unknown): DispatchError {
  return new DispatchError("pfx_unreadable", { reason }, cause === undefined ? {} : { cause });
}
