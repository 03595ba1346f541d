/** Private keys under a passphrase: PKCS#8 (RFC 5958 section 3), and the traditional form of PEM (RFC 1421 section 4.6.1). */
import { md5 } from "@noble/hashes/legacy.js";
import { bytesToHex, concatBytes, hexToBytes } from "@noble/hashes/utils.js";
import { EncryptedPrivateKeyInfo } from "@peculiar/asn1-pkcs8";
import { parseAsn1 } from "./asn1.ts";
import { type CbcCipher, cbcCiphers, decryptCbc } from "./cbc_cipher.ts";
import { findDerKind, isPrivateKey } from "./der_kind.ts";
import { damaged, unsupported, wrongPassphrase } from "./obstacle.ts";
import { type Opening, openWithFirst } from "./opening.ts";
import type { PassphraseForm } from "./passphrase_form.ts";
import { readPasswordScheme } from "./password_scheme.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The ciphers of traditional PEM by the names that OpenSSL gives them. */
const traditionalCiphers: Readonly<Record<string, CbcCipher>> = {
  "AES-128-CBC": cbcCiphers.aes128,
  "AES-192-CBC": cbcCiphers.aes192,
  "AES-256-CBC": cbcCiphers.aes256,
  "DES-EDE3-CBC": cbcCiphers.tripleDes,
  "DES-CBC": cbcCiphers.des,
};

/**
 * Returns the key in an EncryptedPrivateKeyInfo.
 *
 * @throws {Obstacle} `wrong_passphrase`, `unsupported`, `damaged`
 */
export async function openEncryptedKey(bytes: Uint8Array, { ciphers, forms, budget }: Opening): Promise<Bytes> {
  const { encryptionAlgorithm, encryptedData } = parseAsn1(bytes, EncryptedPrivateKeyInfo);
  const scheme = readPasswordScheme(encryptionAlgorithm);
  budget.spend([scheme]);
  const ciphertext = new Uint8Array(encryptedData.buffer);
  return await openWithFirst(distinct(forms, scheme.encoding), async (form) =>
    proveKey(await scheme.decrypt(ciphers, form[scheme.encoding], ciphertext)),
  );
}

/**
 * Returns the key in the body of a PEM block that has the header `DEK-Info: CIPHER,IV`.
 *
 * @throws {Obstacle} as {@link openEncryptedKey}
 */
export async function openTraditionalKey(
  dekInfo: string,
  ciphertext: Bytes,
  { ciphers, forms }: Opening,
): Promise<Bytes> {
  const [, name = "", hex = ""] = /^([A-Za-z0-9-]{1,40})\s*,\s*([0-9A-Fa-f]*)$/.exec(dekInfo) ?? [];
  if (name === "") throw damaged("its DEK-Info line is not that of an encrypted key");
  const cipher = traditionalCiphers[name.toUpperCase()];
  if (cipher === undefined) throw unsupported(`the cipher ${name}`);
  if (hex.length !== cipher.blockBytes * 2) throw damaged("its DEK-Info line has no initialisation vector");
  const iv = hexToBytes(hex);
  return await openWithFirst(distinct(forms, "text"), async ({ text }) =>
    proveKey(await decryptCbc(ciphers, cipher, deriveByMd5(text, iv, cipher), iv, ciphertext)),
  );
}

/** `EVP_BytesToKey` of OpenSSL, with MD5, one iteration, and the first bytes of the vector as salt. */
function deriveByMd5(password: Uint8Array, iv: Uint8Array, { keyBytes }: CbcCipher): Bytes {
  let derived = new Uint8Array(0);
  for (let last: Uint8Array = derived; derived.length < keyBytes; derived = concatBytes(derived, last)) {
    last = md5(concatBytes(last, password, iv.subarray(0, 8)));
  }
  return derived.slice(0, keyBytes);
}

/** What a wrong passphrase leaves may look like a sequence, for once; it is no key. */
function proveKey(bytes: Bytes): Bytes {
  if (!isPrivateKey(findDerKind(bytes))) throw wrongPassphrase();
  return bytes;
}

/** The forms that are different bytes to a cipher. The one of NSS, which has no difference itself, is for PFX files alone. */
function distinct(forms: readonly PassphraseForm[], encoding: keyof PassphraseForm): PassphraseForm[] {
  const ofKeys = forms.filter(({ bmp, text }) => bmp !== text);
  const byBytes = new Map(ofKeys.toReversed().map((form) => [bytesToHex(form[encoding]), form]));
  return [...byBytes.values()].toReversed();
}
