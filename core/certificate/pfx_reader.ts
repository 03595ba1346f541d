/** Reads a PFX, the PKCS#12 file of RFC 7292, whatever tool wrote it. */
import { bytesToHex, concatBytes } from "@noble/hashes/utils.js";
import type { ContentInfo } from "@peculiar/asn1-cms";
import {
  AuthenticatedSafe,
  CertBag,
  id_CRLBag,
  id_certBag,
  id_keyBag,
  id_pkcs8ShroudedKeyBag,
  id_SafeContents,
  id_SecretBag,
  id_x509Certificate,
  PFX,
  PKCS8ShroudedKeyBag,
  type SafeBag,
  SafeContents,
} from "@peculiar/asn1-pfx";
import { id_pkcs9_at_localKeyId } from "@peculiar/asn1-pkcs9";
import { countParts, parseAsn1, readOctets } from "./asn1.ts";
import type { Ciphers } from "./cbc_cipher.ts";
import { type IterationBudget, refuseUnproven } from "./iteration_budget.ts";
import { damaged, wrongPassphrase } from "./obstacle.ts";
import { type Opening, openWithFirst } from "./opening.ts";
import type { PassphraseForm } from "./passphrase_form.ts";
import { type PasswordScheme, readPasswordScheme } from "./password_scheme.ts";
import { type PfxMac, readMac } from "./pfx_mac.ts";
import { contentTypes, EncryptedData } from "./pfx_schema.ts";

/** A certificate (DER) or a private key (PKCS#8 DER) in a PFX, and the mark by which the two find each other. */
export interface PfxEntry {
  readonly der: Uint8Array<ArrayBuffer>;
  readonly localKeyId: string | undefined;
}

/** What a PFX holds, in its order. */
export interface PfxContents {
  readonly certificates: readonly PfxEntry[];
  readonly keys: readonly PfxEntry[];
  /** What else there is, with its article. */
  readonly others: readonly string[];
}

/** A PFX whose structure was read, ready to be opened. */
export interface ParsedPfx {
  readonly mac: PfxMac | null;
  readonly authenticatedSafe: Uint8Array<ArrayBuffer>;
  readonly parts: readonly Protected[];
}

/** Bytes with what protects them; `null` for nothing. */
interface Protected {
  readonly scheme: PasswordScheme | null;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** 64 certificates and 16 keys, each apart. */
const MAX_PARTS = 80;
/** In one part; a store of all public authorities has some 150 certificates. */
const MAX_BAGS = 256;
/** In all bags of one part, what their certificates are made of left aside; those of such a store take half of them. */
const MAX_BAG_ELEMENTS = 5_000;
/** Each level is read once for each that it lies in; no tool writes two. */
const MAX_BAG_DEPTH = 3;
/** Above this the derivation of a MAC's key, which WebCrypto does not have, takes longer than all of its own. */
const SLOW_MAC_ITERATIONS = 50_000;

/**
 * Reads the structure of a PFX, and how it is protected.
 *
 * @throws {Obstacle} `damaged`; `unsupported` for protections that are not opened here, or that ask for too much work
 */
export function parsePfx(bytes: Uint8Array, budget: IterationBudget): ParsedPfx {
  const { authSafe, macData } = parseAsn1(bytes, PFX);
  if (authSafe.contentType !== contentTypes.data) throw damaged("it is signed instead of having a MAC");
  const authenticatedSafe = readOctets(authSafe.content);
  if (countParts(authenticatedSafe) > MAX_PARTS) throw damaged(`it has more than ${MAX_PARTS} parts`);
  const parts = [...parseAsn1(authenticatedSafe, AuthenticatedSafe, MAX_BAG_ELEMENTS)].map(readPart);
  // The library fills in an empty MacData where there is none.
  const mac = macData.mac.digestAlgorithm.algorithm === "" ? null : readMac(macData);
  const openBags = parts.filter(({ scheme }) => scheme === null).flatMap((part) => parseBags(part.bytes));
  const costs = [mac, ...parts.map(({ scheme }) => scheme), ...openBags.map(readKeyScheme)];
  if (mac === null) refuseUnproven(costs);
  budget.spend(costs);
  return { mac, authenticatedSafe, parts };
}

/**
 * Opens a PFX with the first form of the passphrase that fits.
 *
 * @throws {Obstacle} `wrong_passphrase`, and as {@link parsePfx}
 */
export async function openPfx(pfx: ParsedPfx, opening: Opening): Promise<PfxContents> {
  const verifyMac = rememberMac(pfx, opening.ciphers);
  return await openWithFirst(opening.forms, (form) => openWith(pfx, opening, form, verifyMac));
}

type VerifyMac = (form: PassphraseForm) => Promise<boolean>;

/** Forms of a passphrase can be the same bytes to the MAC, whose key may take a second to derive. */
function rememberMac({ mac, authenticatedSafe }: ParsedPfx, { crypto }: Ciphers): VerifyMac {
  const verdicts = new Map<string, Promise<boolean>>();
  return async (form) => {
    if (mac === null) return true;
    const password = form[mac.encoding];
    const key = bytesToHex(password);
    const verdict = verdicts.get(key) ?? mac.isGenuine(crypto, password, authenticatedSafe);
    verdicts.set(key, verdict);
    return await verdict;
  };
}

async function openWith(
  { mac, parts }: ParsedPfx,
  { ciphers, budget }: Opening,
  form: PassphraseForm,
  verifyMac: VerifyMac,
): Promise<PfxContents> {
  const isMacSlow = mac !== null && !mac.isFast && mac.iterations > SLOW_MAC_ITERATIONS;
  const sooner = isMacSlow ? parts.find(({ scheme }) => scheme?.isFast) : undefined;
  // What shows soonest that the passphrase is wrong comes first.
  const opened = sooner === undefined ? null : await decrypt(sooner, ciphers, form);
  if (!(await verifyMac(form))) throw wrongPassphrase();
  const contents = await Promise.all(
    parts.map((part) => (opened !== null && part === sooner ? opened : decrypt(part, ciphers, form))),
  );
  const bags = contents.map((bytes) => parseBags(bytes));
  budget.spend(bags.filter((_, index) => parts[index]!.scheme !== null).flatMap((hidden) => hidden.map(readKeyScheme)));
  return await readBags(bags.flat(), ciphers, form);
}

function readPart({ contentType, content }: ContentInfo): Protected {
  if (contentType === contentTypes.data) return { scheme: null, bytes: readOctets(content) };
  if (contentType !== contentTypes.encryptedData) {
    throw damaged("a part of it is protected by a certificate instead of a passphrase");
  }
  const { encryptedContentInfo } = parseAsn1(content, EncryptedData);
  const { contentEncryptionAlgorithm, encryptedContent } = encryptedContentInfo;
  const pieces = encryptedContent?.constructedValue ?? (encryptedContent?.value ? [encryptedContent.value] : []);
  const bytes = concatBytes(...pieces.map((piece) => new Uint8Array(piece.buffer)));
  return { scheme: readPasswordScheme(contentEncryptionAlgorithm), bytes };
}

async function decrypt(
  { scheme, bytes }: Protected,
  ciphers: Ciphers,
  form: PassphraseForm,
): Promise<Uint8Array<ArrayBuffer>> {
  return scheme === null ? bytes : await scheme.decrypt(ciphers, form[scheme.encoding], bytes);
}

/** The bags of one part, those in bags included. */
function parseBags(bytes: Uint8Array | ArrayBuffer, depth = 1): SafeBag[] {
  if (depth > MAX_BAG_DEPTH) throw damaged(`it has bags in bags, more than ${MAX_BAG_DEPTH} levels deep`);
  if (countParts(bytes) > MAX_BAGS) throw damaged(`it has more than ${MAX_BAGS} entries`);
  const bags = [...parseAsn1(bytes, SafeContents, MAX_BAG_ELEMENTS)];
  return bags.flatMap((bag) => (bag.bagId === id_SafeContents ? parseBags(bag.bagValue, depth + 1) : [bag]));
}

function readShroudedKey(bag: SafeBag): Protected & { readonly scheme: PasswordScheme } {
  const { encryptionAlgorithm, encryptedData } = parseAsn1(bag.bagValue, PKCS8ShroudedKeyBag);
  return { scheme: readPasswordScheme(encryptionAlgorithm), bytes: new Uint8Array(encryptedData.buffer) };
}

function readKeyScheme(bag: SafeBag): PasswordScheme | null {
  return bag.bagId === id_pkcs8ShroudedKeyBag ? readShroudedKey(bag).scheme : null;
}

async function readBags(bags: readonly SafeBag[], ciphers: Ciphers, form: PassphraseForm): Promise<PfxContents> {
  const certificates: PfxEntry[] = [];
  const keys: PfxEntry[] = [];
  const others: string[] = [];
  for (const bag of bags) {
    const localKeyId = readLocalKeyId(bag);
    const other = otherBags[bag.bagId];
    if (bag.bagId === id_certBag) certificates.push({ der: readCertificate(bag), localKeyId });
    else if (bag.bagId === id_keyBag) keys.push({ der: new Uint8Array(bag.bagValue), localKeyId });
    else if (bag.bagId === id_pkcs8ShroudedKeyBag) {
      keys.push({ der: await decrypt(readShroudedKey(bag), ciphers, form), localKeyId });
    } else others.push(other ?? "something unknown in a PFX file");
  }
  return { certificates, keys, others };
}

const otherBags: Readonly<Record<string, string>> = { [id_CRLBag]: "a CRL", [id_SecretBag]: "a secret key" };

function readCertificate(bag: SafeBag): Uint8Array<ArrayBuffer> {
  const { certId, certValue } = parseAsn1(bag.bagValue, CertBag);
  if (certId !== id_x509Certificate) throw damaged(`it holds certificates of another kind than X.509 (${certId})`);
  return readOctets(certValue);
}

/** The identifier as text, to be compared. */
function readLocalKeyId({ bagAttributes }: SafeBag): string | undefined {
  const value = bagAttributes?.find(({ attrId }) => attrId === id_pkcs9_at_localKeyId)?.attrValues[0];
  return value === undefined ? undefined : bytesToHex(new Uint8Array(value));
}
